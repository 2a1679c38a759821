/* AWS Signature Version 4, so that requests can be signed wrongly, too.
 *
 * SPDX-License-Identifier: MIT
 */
import { createHash, createHmac } from 'node:crypto';

import { encode, request } from './http.mjs';
import { REGION } from './program.mjs';
import { KEY } from './sdk.mjs';

const sha256 = (data) => createHash('sha256').update(data).digest('hex');
const hmac = (key, data) => createHmac('sha256', key).update(data).digest();

/* "20260528T101500Z" */
export const timestamp = (date) => date.toISOString().replace(/[-:]|\.\d{3}/g, '');

/* A moment so many seconds from now. */
export const inSeconds = (seconds) => new Date(Date.now() + seconds * 1000);

const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

/* Names and values of a query, as they stand there. */
const split = (query) =>
  query === '' ? [] : query.split('&').map((pair) => /^([^=]*)=?(.*)$/s.exec(pair).slice(1));

/* What is encoded already is encoded once more. */
const canonicalPath = (path) => path.split('/').map(encode).join('/').replace(/%[0-9a-f]{2}/g, upper);
const upper = (text) => text.toUpperCase();

function canonicalQuery(query) {
  return split(query)
    .map((pair) => pair.map((text) => encode(decodeURIComponent(text)).replace(/%../g, upper)))
    .sort(([a, x], [b, y]) => compare(a, b) || compare(x, y))
    .map((pair) => pair.join('='))
    .join('&');
}

function signature(what, { key, date, region, service, payloadHash, names }) {
  const { method, path, headers } = what;
  const [, before, query] = /^([^?]*)\??(.*)$/s.exec(path);
  const lower = Object.fromEntries(Object.entries(headers).map(([k, v]) => [k.toLowerCase(), v]));
  const canonical = [
    method,
    canonicalPath(before),
    canonicalQuery(query),
    ...names.map((name) => `${name}:${lower[name]}`),
    '',
    names.join(';'),
    payloadHash,
  ].join('\n');
  const scope = `${timestamp(date).slice(0, 8)}/${region}/${service}/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', timestamp(date), scope, sha256(canonical)].join('\n');
  const secret = scope
    .split('/')
    .reduce(hmac, `AWS4${key.secretAccessKey}`);
  return { scope, value: hmac(secret, toSign).toString('hex') };
}

const defaults = () => ({
  key: KEY,
  date: new Date(),
  region: REGION,
  service: 'iotdata',
  payloadHash: undefined,
  stateHash: true,
  unsigned: [],
});

/* Signs a request by headers: { method, path, headers, body } with more of them. `unsigned`
 * names headers that the signature leaves out; stateHash false: the hash of the body is signed
 * but not sent, as boto3 does. */
export function sign({ method = 'POST', path, headers = {}, body = '' }, options = {}) {
  const o = { ...defaults(), ...options };
  const payloadHash = o.payloadHash ?? sha256(body);
  const all = {
    host: '127.0.0.1',
    ...headers,
    'x-amz-date': timestamp(o.date),
    ...(o.stateHash ? { 'x-amz-content-sha256': payloadHash } : {}),
    ...(o.key.sessionToken ? { 'x-amz-security-token': o.key.sessionToken } : {}),
  };
  const names = Object.keys(all)
    .map((name) => name.toLowerCase())
    .filter((name) => !o.unsigned.includes(name))
    .sort();
  const { scope, value } = signature({ method, path, headers: all }, { ...o, payloadHash, names });
  const authorization =
    `AWS4-HMAC-SHA256 Credential=${o.key.accessKeyId}/${scope}, ` +
    `SignedHeaders=${names.join(';')}, Signature=${value}`;
  return { method, path, headers: { ...all, authorization }, body };
}

/* Signs a request by its query: a presigned URL, good for `expires` seconds. */
export function presign({ method = 'POST', path, body = '' }, { expires = 60, ...options } = {}) {
  const o = { ...defaults(), ...options };
  const scope = `${timestamp(o.date).slice(0, 8)}/${o.region}/${o.service}/aws4_request`;
  const parameters = {
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': `${o.key.accessKeyId}/${scope}`,
    'X-Amz-Date': timestamp(o.date),
    'X-Amz-Expires': expires,
    ...(o.key.sessionToken ? { 'X-Amz-Security-Token': o.key.sessionToken } : {}),
    'X-Amz-SignedHeaders': 'host',
  };
  const query = Object.entries(parameters).map(([name, value]) => `${name}=${encode(String(value))}`);
  const target = `${path}${path.includes('?') ? '&' : '?'}${query.join('&')}`;
  const headers = { host: '127.0.0.1' };
  const payloadHash = o.payloadHash ?? sha256(body);
  const what = { method, path: target, headers };
  const { value } = signature(what, { ...o, payloadHash, names: ['host'] });
  return { ...what, path: `${target}&X-Amz-Signature=${value}`, body };
}

/* A request, signed and sent. */
export const signed = (program, what, options) => request(program, sign(what, options));
