package io.framegate.lifecycle;

/**
 * What became of a drained route's connections and frames.
 *
 * @param connections how many connections there were, on both sides
 * @param framesDelivered frames that inbound peers got since the drain began
 * @param framesUndelivered frames that reached nobody
 */
public record DrainReport(int connections, long framesDelivered, long framesUndelivered) {

}
