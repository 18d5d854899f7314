import flash.utils.ByteArray;
import haxe.crypto.Md5;
import haxe.io.Bytes;

typedef HandshakeOptions = {
	final origin:String;
	final cookie:String;
	final protocols:Array<String>;
	/** Raw lines, each with CR LF. **/
	final headers:String;
}

/** The client side of the opening handshake of draft-hixie-thewebsocketprotocol-76. **/
class Handshake {
	/** The first bytes to send. **/
	public final request = new ByteArray();

	/** The protocol that the server has chosen, percent-encoded; null if none was requested. **/
	public var protocol(default, null):Null<String> = null;

	final options:HandshakeOptions;
	final expected:Bytes;

	public function new(url:Url, options:HandshakeOptions) {
		this.options = options;
		final challenge = Bytes.alloc(16);
		final key1 = key(challenge, 0);
		final key2 = key(challenge, 4);
		for (i in 8...16)
			challenge.set(i, random(0, 255));
		expected = Md5.make(challenge);
		final lines = [
			"GET " + url.path + " HTTP/1.1",
			"Upgrade: WebSocket",
			"Connection: Upgrade",
			"Host: " + url.authority(),
			"Origin: " + options.origin,
			"Cookie: " + options.cookie,
			"Sec-WebSocket-Key1: " + key1,
			"Sec-WebSocket-Key2: " + key2,
		];
		if (options.protocols.length > 0)
			lines.push("Sec-WebSocket-Protocol: " + options.protocols.join(", "));
		request.writeUTFBytes(lines.join("\r\n") + "\r\n" + options.headers + "\r\n");
		request.writeBytes(challenge.getData(), 8, 8);
	}

	/** Returns why the head of a response is not acceptable, or null if it is. **/
	public function refusal(head:String):Null<String> {
		final lines = head.split("\r\n");
		final status = lines.shift();
		if (status.indexOf("HTTP/1.1 101 ") != 0)
			return "bad status: " + status;
		final headers = new Map<String, String>();
		for (line in lines) {
			final colon = line.indexOf(": ");
			if (colon < 1)
				return "bad header: " + line;
			headers.set(line.substr(0, colon).toLowerCase(), line.substr(colon + 2));
		}
		if (lower(headers.get("upgrade")) != "websocket")
			return "bad Upgrade: " + headers.get("upgrade");
		if (lower(headers.get("connection")) != "upgrade")
			return "bad Connection: " + headers.get("connection");
		if (lower(headers.get("sec-websocket-origin")) != options.origin)
			return "origin not allowed: " + options.origin;
		if (options.protocols.length == 0)
			return null;
		// Some servers choose one protocol, others echo the header.
		final answer = headers.get("sec-websocket-protocol");
		if (options.protocols.indexOf(answer) < 0 && answer != options.protocols.join(", "))
			return "protocol not accepted: " + answer;
		protocol = Text.escape(answer);
		return null;
	}

	/** Returns true if the 16 bytes after the head are the correct response to the challenge. **/
	public function isProof(bytes:ByteArray, start:Int):Bool {
		for (i in 0...16)
			if (bytes[start + i] != expected.get(i))
				return false;
		return true;
	}

	static function lower(text:Null<String>):String {
		return text == null ? "" : text.toLowerCase();
	}

	/** Creates a Sec-WebSocket-Key (section 4.1, steps 16 to 23) and writes its number to `challenge` at `offset`. **/
	static function key(challenge:Bytes, offset:Int):String {
		final spaces = random(1, 12);
		// 32 bits unsigned, which do not fit into an Int
		final number = Math.ffloor(Math.random() * Math.ffloor(4294967295.0 / spaces));
		for (i in 0...4)
			challenge.set(offset + i, Std.int(Math.ffloor(number / Math.pow(256, 3 - i)) % 256));
		var key = Std.string(number * spaces);
		for (_ in 0...random(1, 12)) {
			final pick = random(0, 83);
			key = insert(key, String.fromCharCode(pick < 15 ? 0x21 + pick : 0x3A + pick - 15), random(0, key.length));
		}
		for (_ in 0...spaces)
			key = insert(key, " ", random(1, key.length - 1));
		return key;
	}

	static function insert(text:String, character:String, at:Int):String {
		return text.substr(0, at) + character + text.substr(at);
	}

	/** Returns a random integer from `low` to `high`, both included. **/
	static function random(low:Int, high:Int):Int {
		return low + Std.int(Math.random() * (high - low + 1));
	}
}
