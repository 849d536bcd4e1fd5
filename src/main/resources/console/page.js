// What all views share: who looks, what is known, and how to draw again.

/** Who is not logged in, before the gateway has said what everybody may do. */
export const NOBODY = {user: null, roles: [], changes: {}, frames: false};

/** Who looks, and what this page was last told. */
export const page = {
  /** The answer of the endpoint console. */
  rights: NOBODY,
  /** Whether credentials are needed before anything can be seen. */
  locked: false,
  /** Why nothing more can be seen, or null. */
  refused: null,
  /** Since when the gateway has not answered, or null. */
  silentSince: null,
  /** What the last action did: {text, bad}, or null. */
  notice: null,
};

let draw = () => {};
let waiting = false;

/** Names the function that draws the page. */
export function drawWith(drawing) {
  draw = drawing;
}

/** Draws the page soon, once however often this is called until then. */
export function redraw() {
  if (!waiting) {
    waiting = true;
    queueMicrotask(() => {
      waiting = false;
      draw();
    });
  }
}

/** Tells people what an action did. */
export function tell(text, bad = false) {
  page.notice = {text, bad};
  redraw();
}

/** Asks the gateway again now. */
export function again() {
  dispatchEvent(new Event('framegate:turn'));
}

/** Whether changes at an endpoint are possible for who looks. */
export function may(endpoint) {
  return page.rights.roles.includes('operator') && page.rights.changes[endpoint] === true;
}

/** Why changes at an endpoint are not possible, in a sentence; null if they are. */
export function whyNot(endpoint) {
  if (page.rights.changes[endpoint] !== true) {
    return `Nobody may change this here: it is switched off until management.endpoint.${endpoint}.access=unrestricted.`;
  }
  if (!page.rights.roles.includes('operator')) {
    return page.rights.user ? `${page.rights.user} may look, but not change anything. That needs the role operator.`
        : 'You may look, but not change anything. Log in as an operator to do so.';
  }
  return null;
}
