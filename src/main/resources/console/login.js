// The log-in form. Name and password stay in this page's memory.

import {html, nothing} from './lib/lit-html.js';
import {logIn, logOut, path, read} from './api.js';
import {NOBODY, page, redraw} from './page.js';

let wrong = null;

/** Whether the form was asked for. */
let wanted = false;

/** Asks the gateway who this page is for it, and what it may do. */
export async function loadRights() {
  try {
    page.rights = await read(path('console'));
  } catch (problem) {
    if (problem.status !== 404) {
      throw problem;
    }
    // Not exposed: the gateway refuses what is not allowed.
    page.rights = NOBODY;
  }
}

/** Whether the form takes the place of the view. */
export function isLoggingIn() {
  return wanted || page.locked;
}

export function loginForm(turn) {
  return html`
    <form class="login" @submit=${(event) => submit(event, turn)}>
      <h1>Log in</h1>
      ${page.locked ? html`<p>This gateway shows its connections to its users only.</p>` : nothing}
      <label>Name <input name="name" autocomplete="username" required autocapitalize="none" spellcheck="false"></label>
      <label>Password <input name="password" type="password" autocomplete="current-password" required></label>
      ${wrong ? html`<p class="bad" role="alert">${wrong}</p>` : nothing}
      <div class="actions">
        <button class="main">Log in</button>
        ${page.locked ? nothing : html`<button type="button" @click=${cancel}>Cancel</button>`}
      </div>
      <p class="hint">Without an operator in the configuration, the user operator has a password that the gateway logs when it starts.
        This page forgets the password when you close or reload it.</p>
    </form>`;
}

async function submit(event, turn) {
  event.preventDefault();
  const form = event.target;
  logIn(form.elements.name.value, form.elements.password.value);
  try {
    await loadRights();
    wrong = null;
    wanted = false;
    page.locked = false;
    page.refused = null;
    form.reset();
    await turn();
  } catch (problem) {
    logOut();
    wrong = problem.message;
    form.elements.password.value = '';
    form.elements.password.focus();
  }
  redraw();
}

function cancel() {
  wanted = false;
  wrong = null;
  redraw();
}

/** Who is logged in, and the way in or out. */
export function account(turn) {
  if (!page.rights.user) {
    return html`<button type="button" @click=${() => { wanted = true; redraw(); }}>Log in</button>`;
  }
  return html`<span>${page.rights.user} (${page.rights.roles.join(', ') || 'no role'})</span>
    <button type="button" @click=${() => leave(turn)}>Log out</button>`;
}

async function leave(turn) {
  logOut();
  page.rights = NOBODY;
  page.locked = true;
  page.notice = null;
  await loadRights().catch(() => {});
  await turn();
}
