// Asks the gateway's endpoints. Credentials are kept in this page's memory only: there is no
// cookie and no session, and they are gone with the page.

const base = document.querySelector('meta[name=endpoints]').content;
const PATIENCE = 15_000;
const LONGEST_DRAIN = 90_000;
const SILENT = 'The gateway does not answer.';

let authorization = null;

/** An answer that is a refusal; status 0 if there was no answer. */
export class Problem extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

/** Logs in with the next request. The gateway checks name and password with every request. */
export function logIn(name, password) {
  const bytes = new TextEncoder().encode(`${name}:${password}`);
  authorization = 'Basic ' + btoa(Array.from(bytes, (each) => String.fromCharCode(each)).join(''));
}

/** Forgets name and password. */
export function logOut() {
  authorization = null;
}

/** A path below the endpoints, with those parameters that have a value. */
export function path(segments, parameters = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== null && value !== undefined && value !== '') {
      query.set(name, value);
    }
  }
  const text = [segments].flat().map(encodeURIComponent).join('/');
  return query.size > 0 ? `${text}?${query}` : text;
}

async function send(path, options, patience) {
  const headers = {'X-Requested-With': 'XMLHttpRequest', ...options.headers};
  if (authorization) {
    headers.Authorization = authorization;
  }
  const stops = [options.signal, patience && AbortSignal.timeout(patience)].filter(Boolean);
  let response;
  try {
    response = await fetch(base ? `${base}/${path}` : path,
        {cache: 'no-store', redirect: 'error', ...options, headers, signal: AbortSignal.any(stops)});
  } catch (error) {
    if (options.signal?.aborted) {
      throw error;
    }
    throw new Problem(0, SILENT);
  }
  if (!response.ok) {
    throw new Problem(response.status, await detail(response));
  }
  return response;
}

async function detail(response) {
  try {
    const answer = await response.json();
    return answer.detail ?? answer.error ?? `Status ${response.status}`;
  } catch {
    return `Status ${response.status}`;
  }
}

/** Reads JSON. */
export async function read(path) {
  return JSON.parse(await text(await send(path, {headers: {Accept: 'application/json'}}, PATIENCE)));
}

/** Reads text. */
export async function readText(path) {
  return text(await send(path, {headers: {Accept: 'text/plain'}}, PATIENCE));
}

/** An answer that breaks off is none. */
async function text(response) {
  try {
    return await response.text();
  } catch {
    throw new Problem(0, SILENT);
  }
}

/** Changes something; a drain is answered when it is done, after a minute at most. */
export async function change(method, path, body) {
  const options = {method};
  if (body) {
    options.headers = {'Content-Type': 'application/json'};
    options.body = JSON.stringify(body);
  }
  const answer = await text(await send(path, options, LONGEST_DRAIN));
  return answer ? JSON.parse(answer) : null;
}

/** Opens an answer that is read while it comes. */
export async function open(path, accept, signal) {
  return send(path, {headers: {Accept: accept}, signal}, 0);
}
