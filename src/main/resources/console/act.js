// Does what an operator asked for, and says what came of it.

import {change, path} from './api.js';
import {again, tell} from './page.js';
import {ask} from './question.js';

/**
 * Asks first, if there is a question, and then does it.
 * @param question as for ask(), or null
 * @param work does it, and returns a promise of the answer
 * @param done says what was done, from the answer
 */
export async function act(question, work, done) {
  if (question && !await ask(question)) {
    return;
  }
  try {
    tell(done(await work()));
  } catch (problem) {
    tell(problem.message, true);
  }
  again();
}

const ROUTE = {
  pause: {text: 'It stops accepting. Open connections go on.', done: 'accepts no more clients'},
  resume: {text: 'It accepts clients again, on the same port.', done: 'accepts clients again'},
  drain: {
    text: 'It stops accepting and closes every connection without loss. Clients have to connect elsewhere.',
    done: 'drains', dangerous: true,
  },
};

/** Pauses, resumes or drains a route. */
export function actOnRoute(name, action) {
  const its = ROUTE[action];
  return act({title: `${capital(action)} route ${name}?`, text: its.text, action: capital(action), dangerous: its.dangerous},
      () => change('POST', path(['routes', name]), {action}),
      (answer) => `Route ${name} ${its.done}${drained(answer)}.`);
}

function drained(answer) {
  const report = answer?.drained;
  return report ? `: ${Object.entries(report).map(([key, value]) => `${key} ${value}`).join(', ')}` : '';
}

const TARGET = {
  disable: {text: 'It gets no new sessions or exchanges. Those that it has go on.', done: 'gets nothing new'},
  enable: {text: 'It gets new sessions and exchanges again.', done: 'is used again'},
  drain: {text: 'It gets nothing new, and what it has ends without loss.', done: 'drains', dangerous: true},
};

/** Disables, enables or drains a target of a route. */
export function actOnTarget(route, address, action) {
  const its = TARGET[action];
  return act({title: `${capital(action)} target ${address} of route ${route}?`, text: its.text, action: capital(action),
    dangerous: its.dangerous},
  () => change('POST', path(['targets', route, address]), {action}),
  () => `Target ${address} of route ${route} ${its.done}.`);
}

const CONNECTION = {
  drain: {text: 'It is closed without loss, and the other connection of its session with it.', done: 'is closing'},
  abort: {
    text: 'It is reset at once, and the other connection of its session with it. What is on its way is lost.',
    done: 'was reset', dangerous: true,
  },
};

/** Drains or aborts a connection. */
export function actOnConnection(id, remote, how) {
  const its = CONNECTION[how];
  return act({title: `${capital(how)} the connection of ${remote}?`, text: its.text, action: capital(how), dangerous: its.dangerous},
      () => change('DELETE', path(['connections', id], {how})), () => `Connection ${id} of ${remote} ${its.done}.`);
}

function capital(word) {
  return word[0].toUpperCase() + word.slice(1);
}
