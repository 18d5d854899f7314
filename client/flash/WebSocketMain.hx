import flash.external.ExternalInterface;
import flash.system.Security;

/**
	The Flash part of the flashsocket transport: opens sockets for the page and passes it their events.

	Security.allowDomain is not called on purpose: only pages of the host that serves this file may
	call it, because the caller chooses the Origin that servers receive.
**/
class WebSocketMain {
	static inline var POLICY_PORT = 843;

	static final sockets = new Map<Int, DraftSocket>();
	static final policyLoaded = new Map<String, Bool>();
	static var hasManualPolicy = false;
	static var callerUrl:Null<Url> = null;

	static function main():Void {
		if (!ExternalInterface.available)
			return;
		ExternalInterface.addCallback("setCallerUrl", setCallerUrl);
		ExternalInterface.addCallback("setDebug", Page.setDebug);
		ExternalInterface.addCallback("create", create);
		ExternalInterface.addCallback("send", send);
		ExternalInterface.addCallback("close", close);
		ExternalInterface.addCallback("loadManualPolicyFile", loadManualPolicyFile);
		ExternalInterface.addCallback("receiveEvents", Page.receiveEvents);
		Page.ready();
	}

	static function setCallerUrl(href:String):Void {
		callerUrl = Url.parse(href);
	}

	static function create(id:Int, address:String, protocols:Array<String>, proxyHost:Null<String>, proxyPort:Int, headers:Null<String>):Void {
		final url = Url.parse(address);
		// Flash sockets have no TLS; a library for it would have to be included and maintained.
		if (url == null || url.scheme != "ws") {
			Page.error(url != null && url.scheme == "wss" ? "no wss in Flash: " + address : "bad URL: " + address);
			Page.queue({type: "close", webSocketId: id, readyState: DraftSocket.CLOSED, protocol: null});
			return;
		}
		final proxy = proxyHost == null || proxyPort == 0 ? null : {host: proxyHost, port: proxyPort};
		loadDefaultPolicy(proxy == null ? url.host : proxy.host);
		final isSameHost = callerUrl != null && callerUrl.host == url.host;
		final handshake = new Handshake(url, {
			origin: callerUrl == null ? "null" : callerUrl.origin(),
			cookie: isSameHost ? Page.cookie() : "",
			protocols: protocols == null ? [] : protocols,
			headers: headers == null ? "" : headers,
		});
		final socket = new DraftSocket(id, handshake, sockets.remove);
		sockets.set(id, socket);
		socket.connect(url, proxy);
	}

	/** Returns -1 if sent, otherwise the number of bytes not sent. **/
	static function send(id:Int, encodedText:String):Int {
		final bytes = Text.fromPage(encodedText);
		final socket = sockets.get(id);
		return socket != null && socket.send(bytes) ? -1 : bytes.length;
	}

	static function close(id:Int):Void {
		final socket = sockets.get(id);
		if (socket != null)
			socket.close();
	}

	static function loadManualPolicyFile(url:String):Void {
		hasManualPolicy = true;
		Page.log("loads the policy file " + url);
		Security.loadPolicyFile(url);
	}

	static function loadDefaultPolicy(host:String):Void {
		if (hasManualPolicy || policyLoaded.exists(host))
			return;
		policyLoaded.set(host, true);
		Security.loadPolicyFile("xmlsocket://" + host + ":" + POLICY_PORT);
	}
}
