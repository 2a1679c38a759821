/* The HTTP API: requests by node's own client, and bare connections.
 *
 * SPDX-License-Identifier: MIT
 */
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';

import { Call } from './call.mjs';
import { Queue } from './queue.mjs';

/* As RFC 3986 has it, which leaves fewer characters alone than encodeURIComponent(). */
export const encode = (text) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);

/* A client ID in a path, where dots alone would be taken away by proxies. */
export const segment = (clientId) =>
  /^\.\.?$/.test(clientId) ? clientId.replaceAll('.', '%2E') : encode(clientId);

const DEFAULTS = { topic: 'jobs/new' };

/* The target of a message to a client. Parameters that are undefined are left out. */
export function target(clientId, params = {}) {
  const query = Object.entries({ ...DEFAULTS, ...params })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${encode(String(value))}`);
  return `/connections/${segment(clientId)}/messages?${query.join('&')}`;
}

/* One request on a connection of its own; tls: of Authority.client(). The answer has status,
 * headers, body and the port the request came from. */
export function request(broker, { method = 'POST', path, headers = {}, body = '', tls }) {
  return new Promise((resolve, reject) => {
    const host = '127.0.0.1';
    const where = tls
      ? { host, port: broker.httpsPort, servername: 'localhost', ...tls }
      : { host, port: broker.httpPort };
    const asking = { ...where, method, path, headers, agent: false };
    const sending = (tls ? https : http).request(asking, (response) => {
      const pieces = [];
      const { statusCode: status, socket } = response;
      const port = socket.localPort;
      response.on('data', (piece) => pieces.push(piece));
      response.on('error', reject);
      response.on('end', () => {
        resolve({ status, headers: response.headers, body: String(Buffer.concat(pieces)), port });
      });
    });
    sending.on('error', reject);
    sending.end(body);
  });
}

/* What the log says of a message that was sent with these parameters. */
export function logged(clientId, params = {}) {
  const { topic, confirmation, timeout } = { ...DEFAULTS, ...params };
  const confirmed = /^true$/i.test(confirmation);
  return {
    clientId,
    topicName: topic,
    confirmation: confirmed,
    ...(confirmed ? { timeout: Number(timeout ?? 5) } : {}),
  };
}

/* Sends a message; headers, body and tls are the request's. */
export function send(broker, clientId, params = {}, { headers, body, tls } = {}) {
  const answer = request(broker, { path: target(clientId, params), headers, body, tls });
  return new Call(broker, answer, logged(clientId, params));
}

/* Sends it and has it confirmed, for which there is all the time that AWS gives. */
export function sendConfirmed(broker, clientId, params = {}, more = {}) {
  return send(broker, clientId, { confirmation: true, timeout: 15, ...params }, more);
}

function readField(line) {
  const [, name, value] = /^([^:]+): *(.*)$/.exec(line);
  return [name.toLowerCase(), value];
}

/* A bare connection to the HTTP port. */
export class HttpConnection {
  /* Answers in the order in which they came, interim ones too. */
  answers = new Queue();

  #unread = Buffer.alloc(0);

  constructor(broker) {
    this.broker = broker;
    this.socket = net.connect({ host: '127.0.0.1', port: broker.httpPort, noDelay: true });
    this.socket.on('error', () => {});
    this.socket.on('data', (bytes) => this.#onData(bytes));
    /* The broker has said its last word. */
    this.finished = new Promise((resolve) => {
      const finish = () => {
        this.answers.end(new Error(`the connection has ended after: ${this.#unread}`));
        resolve();
      };
      this.socket.on('end', finish);
      this.socket.on('close', finish);
    });
    this.connected = new Promise((resolve, reject) => {
      this.socket.once('connect', () => {
        this.port = this.socket.localPort;
        resolve();
      });
      this.socket.once('error', reject);
    });
    this.connected.catch(() => {});
    broker.owns(() => this.socket.destroy());
  }

  static async open(broker) {
    const connection = new HttpConnection(broker);
    await connection.connected;
    return connection;
  }

  #onData(bytes) {
    this.#unread = Buffer.concat([this.#unread, bytes]);
    for (;;) {
      const end = this.#unread.indexOf('\r\n\r\n');
      if (end < 0) return;
      const [start, ...fields] = this.#unread.subarray(0, end).toString().split('\r\n');
      const headers = Object.fromEntries(fields.map(readField));
      const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(start)[1]);
      const length = this.bodiless ? 0 : Number(headers['content-length'] ?? 0);
      if (this.#unread.length < end + 4 + length) return;
      const body = this.#unread.subarray(end + 4, end + 4 + length).toString();
      this.#unread = this.#unread.subarray(end + 4 + length);
      this.answers.push({ status, headers, body, port: this.port });
    }
  }

  write(text) {
    this.socket.write(text);
  }

  /* Writes a request as it is given, with a Host. */
  request({ method = 'POST', path, version = '1.1', headers = {}, body = '' }) {
    const fields = { Host: 'broker', 'Content-Length': Buffer.byteLength(body), ...headers };
    const lines = Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `${name}: ${value}\r\n`);
    this.write(`${method} ${path} HTTP/${version}\r\n${lines.join('')}\r\n${body}`);
  }

  /* Sends a message; like send(). */
  send(clientId, params = {}, more = {}) {
    const answer = this.answers.take();
    this.request({ path: target(clientId, params), ...more });
    return new Call(this.broker, answer, logged(clientId, params));
  }

  /* What comes next, as the answer to a request of which the log knows this much. */
  call(entry) {
    return new Call(this.broker, this.answers.take(), entry);
  }

  /* The caller goes away: with a reset, for the end of his stream alone says only that he has said
   * everything. */
  vanish() {
    this.socket.resetAndDestroy();
  }
}
