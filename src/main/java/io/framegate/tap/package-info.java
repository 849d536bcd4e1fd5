/**
 * Shows frames to operators while they pass: copies of their first bytes, with everything
 * hidden that nobody may see.
 */
@NullMarked
package io.framegate.tap;

import org.jspecify.annotations.NullMarked;
