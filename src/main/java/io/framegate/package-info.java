/**
 * Framegate: routes that carry frames between TCP peers. The packages below follow the
 * way of a frame.
 */
@NullMarked
package io.framegate;

import org.jspecify.annotations.NullMarked;
