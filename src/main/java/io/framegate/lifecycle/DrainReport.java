package io.framegate.lifecycle;

/**
 * The result of a route's drain.
 *
 * @param connections how many connections there were, on both sides
 * @param framesDelivered frames that inbound peers got since the drain began
 * @param framesUndelivered frames that reached nobody
 */
public record DrainReport(int connections, long framesDelivered, long framesUndelivered) {

}
