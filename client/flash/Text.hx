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
		bytes.position = start;
		return escape(bytes.readUTFBytes(end - start));
	}
}
