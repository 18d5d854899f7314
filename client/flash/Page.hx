import flash.external.ExternalInterface;
import haxe.Timer;

typedef SocketEvent = {
	final type:String;
	final webSocketId:Int;
	final readyState:Int;
	final protocol:Null<String>;
	final ?message:String;
}

/** The page that embeds this file. Text for it is percent-encoded, because players corrupt some characters. **/
class Page {
	static inline var RETRY_MS = 500;

	static var isDebug = false;
	static var events:Array<SocketEvent> = [];

	public static function ready():Void {
		ExternalInterface.call("WebSocket.__onFlashInitialized");
	}

	public static function setDebug(value:Bool):Void {
		isDebug = value;
	}

	public static function log(text:String):Void {
		if (isDebug)
			ExternalInterface.call("WebSocket.__log", Text.escape("[WebSocket] " + text));
	}

	public static function error(text:String):Void {
		ExternalInterface.call("WebSocket.__error", Text.escape("[WebSocket] " + text));
	}

	public static function cookie():String {
		final cookie = ExternalInterface.call("function(){return document.cookie}");
		return cookie == null ? "" : cookie;
	}

	public static function queue(event:SocketEvent):Void {
		events.push(event);
		announce();
	}

	/** Returns and clears the queued events. The page fetches them, because calls to it may be reordered. **/
	public static function receiveEvents():Array<SocketEvent> {
		final received = events;
		events = [];
		return received;
	}

	/** Notifies the page; repeats it, because a page that is executing a call of its own ignores it. **/
	static function announce():Void {
		if (ExternalInterface.call("WebSocket.__onFlashEvent") != true)
			Timer.delay(announce, RETRY_MS);
	}
}
