/** The parts of an absolute URL that are used; a fragment is dropped. **/
class Url {
	public final scheme:String;
	public final host:String;
	public final port:Int;
	public final path:String;

	final isDefaultPort:Bool;

	/** Parses a URL; returns null if it is invalid or contains blanks or control characters, which could forge headers. **/
	public static function parse(text:String):Null<Url> {
		final parts = ~/^([a-z]+):\/\/([^\s\/:?#@]+)(?::(\d+))?(\/[!-"$-~]*|\?[!-"$-~]*)?(?:#.*)?$/i;
		return text != null && parts.match(text) ? new Url(parts) : null;
	}

	function new(parts:EReg) {
		scheme = parts.matched(1).toLowerCase();
		host = parts.matched(2).toLowerCase();
		final defaultPort = scheme == "wss" || scheme == "https" ? 443 : 80;
		final given = parts.matched(3);
		port = given == null || given == "" ? defaultPort : Std.parseInt(given);
		isDefaultPort = port == defaultPort;
		final rest = parts.matched(4);
		path = rest == null || rest == "" ? "/" : rest.charAt(0) == "?" ? "/" + rest : rest;
	}

	/** The host and port as in a Host header. **/
	public function authority():String {
		return isDefaultPort ? host : host + ":" + port;
	}

	public function origin():String {
		return scheme + "://" + authority();
	}
}
