/* boto3, as Debian has it, with dm-broker or dm-sidecar as its endpoint.
 *
 * SPDX-License-Identifier: MIT
 */
import { fileURLToPath } from 'node:url';

import { Child, temporaryFolder } from './child.mjs';
import { REGION } from './program.mjs';
import { Queue } from './queue.mjs';
import { KEY } from './sdk.mjs';

/* Debian's Python, which has Debian's boto3. */
export const PYTHON = '/usr/bin/python3';
const PROGRAM = fileURLToPath(new URL('./boto3_program.py', import.meta.url));
const MODELS = fileURLToPath(new URL('../models', import.meta.url));

/* What boto3 and the AWS CLI find around them: nothing of the user's, and the operations that
 * are younger than they. */
export const environment = (more = {}) => ({
  PATH: process.env.PATH,
  HOME: temporaryFolder(),
  LC_ALL: 'C.UTF-8',
  AWS_DATA_PATH: MODELS,
  AWS_EC2_METADATA_DISABLED: 'true',
  ...more,
});

const python = ({ accessKeyId, secretAccessKey, sessionToken }) => ({
  aws_access_key_id: accessKeyId,
  aws_secret_access_key: secretAccessKey,
  ...(sessionToken ? { aws_session_token: sessionToken } : {}),
});

/* A process whose clients are told this: https, to the port with TLS; verify, the file of
 * whom they trust; env, more for its environment. */
export class Boto3 {
  #program;
  #options;
  #child;
  #answers = new Queue();
  #count = 0;

  constructor(program, options = {}) {
    this.#program = program;
    this.#options = options;
  }

  /* It starts at its first call: the program has its ports by then. */
  #start() {
    const { https, verify, env } = this.#options;
    const { httpPort, httpsPort } = this.#program;
    const where = {
      endpoint_url: https ? `https://localhost:${httpsPort}` : `http://127.0.0.1:${httpPort}`,
      region_name: REGION,
      ...(verify ? { verify } : {}),
    };
    const child = new Child(PYTHON, [PROGRAM, JSON.stringify(where)], { env: environment(env) });
    this.#program.owns(() => child.kill('SIGKILL'));
    this.#read(child);
    return child;
  }

  async #read(child) {
    for (;;) {
      const line = await child.output.take().catch((error) => this.#answers.end(error));
      if (line === undefined) return;
      this.#answers.push(JSON.parse(line));
    }
  }

  /* What became of a call: {result}, or {exception, message} and, of an answer, more. attempts:
   * none for as many as boto3 makes by itself. A payload is bytes or text. */
  async call(operation, parameters, { credentials = KEY, attempts, how = 'operate' } = {}) {
    this.#child ??= this.#start();
    const number = ++this.#count;
    const { payload, ...others } = parameters;
    const bytes = payload === undefined ? {} : { payload: Buffer.from(payload).toString('base64') };
    const asked = { operation, attempts: attempts ?? null, how, credentials: python(credentials) };
    const line = JSON.stringify({ number, ...asked, parameters: { ...others, ...bytes } });
    this.#child.process.stdin.write(`${line}\n`);
    return this.#answers.take((answer) => answer.number === number);
  }
}
