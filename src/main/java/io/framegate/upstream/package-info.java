/**
 * Where frames go: targets and the connections to them.
 */
@NullMarked
package io.framegate.upstream;

import org.jspecify.annotations.NullMarked;
