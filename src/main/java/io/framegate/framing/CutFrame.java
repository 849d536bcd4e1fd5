package io.framegate.framing;

/**
 * A frame that a framing has cut out of bytes.
 *
 * @param offset where it begins, with bytes that are skipped before it
 * @param length how many bytes it has in all
 * @param payload its payload
 */
public record CutFrame(int offset, int length, byte[] payload) {

}
