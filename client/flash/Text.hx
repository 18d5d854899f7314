import flash.utils.ByteArray;

/** Text on its way between page and wire. **/
class Text {
	public static function escape(text:String):String {
		return untyped __global__["encodeURIComponent"](text);
	}

	/** What the page has percent-encoded, as UTF-8. **/
	public static function fromPage(encoded:String):ByteArray {
		final bytes = new ByteArray();
		bytes.writeUTFBytes(untyped __global__["decodeURIComponent"](encoded));
		return bytes;
	}

	/** UTF-8 in `bytes` from `start` to before `end`, percent-encoded for the page. **/
	public static function toPage(bytes:ByteArray, start:Int, end:Int):String {
		var text = "";
		var from = start;
		bytes.position = start;
		// players stop reading at a NUL
		for (at in start...end)
			if (bytes[at] == 0) {
				text += escape(bytes.readUTFBytes(at - from)) + "%00";
				from = bytes.position = at + 1;
			}
		return text + escape(bytes.readUTFBytes(end - from));
	}
}
