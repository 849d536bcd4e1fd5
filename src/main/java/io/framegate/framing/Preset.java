package io.framegate.framing;

/**
 * A framing that comes with the gateway as a declaration.
 *
 * @param name its name
 * @param title which protocol it is for
 * @param document where that protocol is described
 * @param declaration how its frames are cut
 */
public record Preset(String name, String title, String document, FramingDeclaration declaration) {

}
