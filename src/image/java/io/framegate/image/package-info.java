/**
 * The container image, made without a daemon: what goes in, the training run that leaves
 * its cache, and the test that starts it.
 */
package io.framegate.image;
