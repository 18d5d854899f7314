import flash.errors.Error;
import flash.events.Event;
import flash.events.IOErrorEvent;
import flash.events.ProgressEvent;
import flash.events.SecurityErrorEvent;
import flash.net.Socket;
import flash.utils.ByteArray;
import haxe.Timer;

/** The next element on the wire. **/
private enum abstract Expecting(Int) {
	var TunnelHead;
	var Head;
	var Proof;
	var Frames;
}

/** One connection of draft-hixie-thewebsocketprotocol-76. **/
class DraftSocket {
	public static inline var CONNECTING = 0;
	public static inline var OPEN = 1;
	public static inline var CLOSING = 2;
	public static inline var CLOSED = 3;

	static inline var HEAD_LIMIT_BYTES = 8192;
	static inline var FRAME_LIMIT_BYTES = 0x4000000;
	/** How long the server may take to answer the closing handshake. **/
	static inline var CLOSE_TIMEOUT_MS = 1000;

	final id:Int;
	final handshake:Handshake;
	final onClosed:Int->Bool;
	final socket = new Socket();
	var readyState = CONNECTING;
	var expecting = Head;
	var tunnelRequest:Null<ByteArray> = null;
	var closeTimer:Null<Timer> = null;

	/** Bytes that are not parsed yet; those before `scanned` contain no end of a frame. **/
	var input = new ByteArray();
	var scanned = 0;

	public function new(id:Int, handshake:Handshake, onClosed:Int->Bool) {
		this.id = id;
		this.handshake = handshake;
		this.onClosed = onClosed;
		socket.addEventListener(Event.CONNECT, socketOnConnect);
		socket.addEventListener(Event.CLOSE, socketOnClose);
		socket.addEventListener(ProgressEvent.SOCKET_DATA, socketOnData);
		socket.addEventListener(IOErrorEvent.IO_ERROR, socketOnIoError);
		socket.addEventListener(SecurityErrorEvent.SECURITY_ERROR, socketOnSecurityError);
	}

	public function connect(url:Url, proxy:Null<{host:String, port:Int}>):Void {
		final to = proxy == null ? {host: url.host, port: url.port} : proxy;
		if (proxy != null) {
			expecting = TunnelHead;
			final target = url.host + ":" + url.port;
			tunnelRequest = new ByteArray();
			tunnelRequest.writeUTFBytes("CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n\r\n");
		}
		Page.log("connecting to " + to.host + ":" + to.port);
		try {
			socket.connect(to.host, to.port);
		} catch (error:Error) {
			fail("cannot connect to " + to.host + ":" + to.port + ": " + error);
		}
	}

	/** Returns true if the text was sent, false if the socket is closing or closed. **/
	public function send(text:ByteArray):Bool {
		if (readyState == CONNECTING)
			Page.error("send before the connection is open");
		if (readyState != OPEN)
			return false;
		final frame = new ByteArray();
		frame.writeByte(0x00);
		frame.writeBytes(text);
		frame.writeByte(0xFF);
		return write(frame);
	}

	public function close():Void {
		switch readyState {
			case CONNECTING:
				finish();
			case OPEN:
				readyState = CLOSING;
				sendClosingFrame();
				closeTimer = Timer.delay(() -> finish(), CLOSE_TIMEOUT_MS);
		}
	}

	function socketOnConnect(_):Void {
		write(tunnelRequest == null ? handshake.request : tunnelRequest);
	}

	function socketOnClose(_):Void {
		Page.log("the server closed the connection");
		finish();
	}

	function socketOnIoError(event:IOErrorEvent):Void {
		fail("connection failed: " + event.text);
	}

	function socketOnSecurityError(event:SecurityErrorEvent):Void {
		fail("no policy file allows the connection: " + event.text);
	}

	function socketOnData(_):Void {
		socket.readBytes(input, input.length);
		var start = 0;
		while (readyState != CLOSED) {
			final next = take(start);
			if (next == start)
				break;
			start = scanned = next;
		}
		if (start > 0) {
			final rest = new ByteArray();
			rest.writeBytes(input, start);
			input = rest;
			scanned -= start;
		}
	}

	/** Parses one element and returns where the next one begins: `start` if the element is incomplete. **/
	function take(start:Int):Int {
		switch expecting {
			case TunnelHead:
				final end = headEnd(start);
				if (end == start)
					return start;
				final head = textOf(start, end);
				if (!~/^HTTP\/1\.[01] 200 /.match(head))
					fail("the proxy refused: " + head.split("\r\n")[0]);
				else {
					expecting = Head;
					write(handshake.request);
				}
				return end;
			case Head:
				final end = headEnd(start);
				if (end == start)
					return start;
				final refusal = handshake.refusal(textOf(start, end));
				if (refusal != null)
					fail(refusal);
				expecting = Proof;
				return end;
			case Proof:
				if (Std.int(input.length) - start < 16)
					return start;
				if (handshake.isProof(input, start)) {
					expecting = Frames;
					readyState = OPEN;
					queue("open");
				} else
					fail("the server has not answered the challenge");
				return start + 16;
			case Frames:
				return takeFrame(start);
		}
	}

	function takeFrame(start:Int):Int {
		final length = Std.int(input.length);
		if (start == length)
			return start;
		if (input[start] == 0xFF) {
			if (start + 1 == length)
				return start;
			if (input[start + 1] != 0x00)
				fail("bad frame");
			else {
				if (readyState == OPEN)
					sendClosingFrame();
				finish();
			}
			return start + 2;
		}
		if (input[start] != 0x00) {
			fail("bad frame");
			return length;
		}
		var at = scanned > start ? scanned : start + 1;
		while (at < length && input[at] != 0xFF)
			at++;
		scanned = at;
		if (at == length) {
			if (length - start > FRAME_LIMIT_BYTES)
				fail("frame too large");
			return start;
		}
		if (readyState == OPEN)
			try {
				queue("message", Text.toPage(input, start + 1, at));
			} catch (error:Error) {
				fail("bad text: " + error);
			}
		return at + 1;
	}

	/** Returns the end of the head that begins at `start`, including its blank line; `start` if it is incomplete. **/
	function headEnd(start:Int):Int {
		final length = Std.int(input.length);
		for (at in start...length - 3)
			if (input[at] == 13 && input[at + 1] == 10 && input[at + 2] == 13 && input[at + 3] == 10)
				return at + 4;
		if (length - start > HEAD_LIMIT_BYTES)
			fail("the head of the answer is too long");
		return start;
	}

	/** Returns a head as text, without its blank line. **/
	function textOf(start:Int, end:Int):String {
		input.position = start;
		return input.readUTFBytes(end - start - 4);
	}

	function sendClosingFrame():Void {
		final frame = new ByteArray();
		frame.writeByte(0xFF);
		frame.writeByte(0x00);
		write(frame);
	}

	/** Returns false if the connection has closed; the player may not have reported that yet. **/
	function write(bytes:ByteArray):Bool {
		try {
			socket.writeBytes(bytes);
			socket.flush();
			return true;
		} catch (error:Error) {
			fail("cannot write: " + error);
			return false;
		}
	}

	/** Reports a failure: before the connection is open by a call of `__error`, later by an event. **/
	function fail(reason:String):Void {
		if (readyState == CLOSED)
			return;
		final wasConnecting = readyState == CONNECTING;
		if (wasConnecting)
			Page.error(reason);
		else
			Page.log(reason);
		finish(!wasConnecting);
	}

	/** Closes the socket; the only function that does. **/
	function finish(isError = false):Void {
		if (readyState == CLOSED)
			return;
		readyState = CLOSED;
		if (closeTimer != null)
			closeTimer.stop();
		socket.removeEventListener(Event.CONNECT, socketOnConnect);
		socket.removeEventListener(Event.CLOSE, socketOnClose);
		socket.removeEventListener(ProgressEvent.SOCKET_DATA, socketOnData);
		socket.removeEventListener(IOErrorEvent.IO_ERROR, socketOnIoError);
		socket.removeEventListener(SecurityErrorEvent.SECURITY_ERROR, socketOnSecurityError);
		try {
			socket.close();
		} catch (error:Error) {
			Page.log("was not connected: " + error);
		}
		onClosed(id);
		if (isError)
			queue("error");
		queue("close");
	}

	function queue(type:String, ?message:String):Void {
		Page.queue({
			type: type,
			webSocketId: id,
			readyState: readyState,
			protocol: handshake.protocol,
			message: message,
		});
	}
}
