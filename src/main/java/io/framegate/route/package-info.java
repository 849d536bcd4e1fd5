/**
 * What a route is: records without Spring.
 */
@NullMarked
package io.framegate.route;

import org.jspecify.annotations.NullMarked;
