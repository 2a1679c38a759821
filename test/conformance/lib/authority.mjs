/* Certificates for tests, made by openssl: good ones as examples/common/certs.sh makes them, and
 * others that are to be refused.
 *
 * SPDX-License-Identifier: MIT
 */
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { temporaryFolder } from './child.mjs';

const SCRIPT = fileURLToPath(new URL('../../../examples/common/certs.sh', import.meta.url));

/* What `openssl ca` needs to be told; there is no shorter way to choose dates, or to revoke. */
const CONFIGURATION = `
[ca]
default_ca = here
[here]
database = index.txt
serial = serial.txt
crlnumber = crlnumber.txt
certificate = ca.pem
private_key = ca.key
new_certs_dir = .
default_md = sha256
policy = any
unique_subject = no
copy_extensions = copy
[any]
organizationName = optional
organizationalUnitName = optional
commonName = supplied
[client]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = clientAuth
[server]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
[signing]
basicConstraints = critical, CA:FALSE
keyUsage = critical, keyCertSign
[plain]
basicConstraints = critical, CA:FALSE
`;

const PAST = '20200101000000Z';
const FUTURE = '20990101000000Z';

export class Authority {
  constructor(...devices) {
    this.folder = temporaryFolder();
    execFileSync(SCRIPT, [this.folder, ...devices]);
    this.#write('openssl.cnf', CONFIGURATION);
    this.#write('index.txt', '');
    this.#write('serial.txt', '1000\n');
    this.#write('crlnumber.txt', '1000\n');
  }

  #write(name, text) {
    writeFileSync(join(this.folder, name), text);
  }

  #openssl(...args) {
    execFileSync('openssl', args, { cwd: this.folder, stdio: 'pipe' });
  }

  #sign(...args) {
    this.#openssl('ca', '-batch', '-notext', '-config', 'openssl.cnf', ...args);
  }

  /* The name of a file of its own. */
  file(name) {
    return join(this.folder, name);
  }

  /* What it has for a program: its certificate and key, whom to let in. */
  server(more = {}) {
    return { ...this.pair('server'), clientAuthority: this.file('ca.pem'), ...more };
  }

  /* A certificate and its key, for a program. */
  pair(name) {
    return { certificate: this.file(`${name}.pem`), key: this.file(`${name}.key`) };
  }

  /* What a client of node's needs: the certificate and key of `name`, or none. */
  client(name) {
    const read = (suffix) => readFileSync(this.file(`${name}.${suffix}`));
    const own = name === undefined ? {} : { cert: read('pem'), key: read('key') };
    return { ca: readFileSync(this.file('ca.pem')), ...own };
  }

  /* Issues one more certificate; names: of a server; strings: the types of the subject's. */
  issue(
    name,
    { begins = PAST, ends = FUTURE, kind = 'client', subject = `/CN=${name}`, names = [], strings } = {},
  ) {
    const [key, request] = [`${name}.key`, `${name}.csr`];
    const curve = ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'];
    const alternatives = `subjectAltName = ${names.map((other) => `DNS:${other}`).join()}`;
    const wanted = names.length === 0 ? [] : ['-addext', alternatives];
    this.#openssl('genpkey', ...curve, '-out', key);
    if (strings) wanted.push('-utf8', '-config', this.#requests(strings));
    this.#openssl('req', '-new', '-key', key, '-subj', subject, ...wanted, '-out', request);
    const dates = ['-startdate', begins, '-enddate', ends];
    this.#sign('-in', request, '-out', `${name}.pem`, '-extensions', kind, ...dates);
  }

  #requests(strings) {
    const file = 'requests.cnf';
    this.#write(file, `[req]\nstring_mask = ${strings}\ndistinguished_name = any\n[any]\n`);
    return file;
  }

  /* The SHA-256 of a certificate, as node writes it: AB:CD:... */
  fingerprint(name) {
    return new X509Certificate(readFileSync(this.file(`${name}.pem`))).fingerprint256;
  }

  issueExpired(name) {
    this.issue(name, { ends: '20200102000000Z' });
  }

  issueEarly(name) {
    this.issue(name, { begins: '20980101000000Z' });
  }

  /* Revokes what it has issued, and writes the list, revocations.pem. */
  revoke(...names) {
    for (const name of names) this.#sign('-revoke', `${name}.pem`);
    this.#sign('-gencrl', '-crldays', '1000', '-out', 'revocations.pem');
  }
}
