import flash.utils.ByteArray;

/** Converts text between the page and the wire. **/
class Text {
	public static function escape(text:String):String {
		return untyped __global__["encodeURIComponent"](text);
	}

	/** Decodes percent-encoded text of the page to UTF-8. **/
	public static function fromPage(encoded:String):ByteArray {
		final bytes = new ByteArray();
		bytes.writeUTFBytes(untyped __global__["decodeURIComponent"](encoded));
		return bytes;
	}

	/** Percent-encodes the UTF-8 in `bytes` from `start` to before `end` for the page. **/
	public static function toPage(bytes:ByteArray, start:Int, end:Int):String {
		var text = "";
		var from = start;
		bytes.position = start;
		// Players stop reading at a NUL.
		for (at in start...end)
			if (bytes[at] == 0) {
				text += escape(bytes.readUTFBytes(at - from)) + "%00";
				from = bytes.position = at + 1;
			}
		return text + escape(bytes.readUTFBytes(end - from));
	}
}
