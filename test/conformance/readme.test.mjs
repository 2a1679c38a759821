/* What the README and the demo show is what happens.
 *
 * SPDX-License-Identifier: MIT
 */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { Authority } from './lib/authority.mjs';
import { PYTHON, environment } from './lib/boto3.mjs';
import { Child, PROGRAM, freePorts, run, temporaryFolder } from './lib/broker.mjs';
import { Mosquitto } from './lib/mosquitto.mjs';
import { built } from './lib/program.mjs';
import { SIDECAR } from './lib/sidecar.mjs';
import { group } from './lib/suite.mjs';

const POLICY = process.env.DM_POLICY ?? built('dm-policy');
const top = fileURLToPath(new URL('../../', import.meta.url));
const readme = readFileSync(join(top, 'README.md'), 'utf8');
const api = readFileSync(join(top, 'examples/HTTP.md'), 'utf8');

/* The blocks of one language, in their order. */
const blocks = (language, page = readme) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, 'gm'))].map(([, text]) => text);

/* A command as it stands, but with ports that are free here, and the programs under test. */
function command(text, { mqtt, listen, http }) {
  const ports = { 1883: mqtt, 1884: listen, 8080: http };
  return text
    .replace('build/dm-broker', PROGRAM)
    .replace('build/dm-sidecar', SIDECAR)
    .replace('0.0.0.0', '127.0.0.1')
    .replace(/(127\.0\.0\.1:|-p )(1883|1884|8080)\b/g, (_, before, port) => before + ports[port]);
}

const shell = (text, options) => new Child('sh', ['-c', `exec ${text}`], options);

async function ended(child, signal) {
  child.kill(signal);
  return child.exited;
}

/* What the caller is told once it is this, or no longer that. */
async function told(callIt, { until, unless }) {
  for (;;) {
    const { output } = await run('sh', ['-c', callIt]);
    const answer = JSON.parse(output);
    if (until ? answer.message === until : answer.reason !== unless) return answer;
  }
}

/* A device and a call with curl, and what is said when the device has gone. */
async function device(startDevice, callIt) {
  const child = shell(`stdbuf -oL ${startDevice}`);
  await told(callIt, { until: 'OK' }); /* it connects */
  await child.output.take((line) => line === 'commands/reboot now, please');
  await ended(child, 'SIGTERM');
  const { reason, delivered } = await told(callIt, { unless: 'RECEIVER_DISCONNECTED' }); /* it leaves */
  assert.deepEqual({ reason, delivered }, { reason: 'TARGET_CLIENT_ID_NOT_FOUND', delivered: 'no' });
}

const STOPPED = { code: 0, signal: null };

group('the README', (test) => {
  const [make, startBroker, startDevice, callIt, ...sidecar] = blocks('sh');
  const [startSidecar, startItsDevice, startInItsPlace, ...named] = sidecar;
  const [startNamedDevice, signedCall, explain, ...certified] = named;
  const [makeCertificates, ...secure] = certified;

  test('its two commands are targets that make help lists', async () => {
    const { output } = await run('make', ['help'], { cwd: top });
    for (const [, target] of make.matchAll(/^make (\w+)$/gm))
      assert.match(output, new RegExp(`^${target} `, 'm'));
  });

  test('a broker, a device and a call with curl', async () => {
    const ports = await freePorts();
    const broker = shell(command(startBroker, ports));
    await broker.says(/everybody|everything/i);
    await broker.says(/mqtt .*, http /);
    await device(command(startDevice, ports), command(callIt, ports));
    assert.deepEqual(await ended(broker, 'SIGTERM'), STOPPED);
  });

  test('a sidecar in front of a mosquitto, on a port of its own or on that of the broker', async () => {
    const mosquitto = new Mosquitto();
    await mosquitto.start();
    const { mqtt: own, http } = await freePorts();
    const beside = { mqtt: mosquitto.mqttPort, listen: own, http };
    const instead = { mqtt: own, listen: mosquitto.mqttPort, http };
    try {
      await oneSidecar(startSidecar, startItsDevice, beside);
      await oneSidecar(startInItsPlace, startDevice, instead);
    } finally {
      await mosquitto.stop();
    }
  });

  async function oneSidecar(start, startItsOwn, ports) {
    const child = shell(command(start, ports));
    await child.says(/listen .*, broker .*, http /);
    await device(command(startItsOwn, ports), command(callIt, ports));
    assert.deepEqual(await ended(child, 'SIGTERM'), STOPPED);
  }

  test('with TLS and certificates', async () => {
    const { folder } = new Authority('myDevice');
    const { mqtt, http } = await freePorts();
    const [start, startDevice, call] = secure.map((text) =>
      text
        .replace('build/dm-broker', PROGRAM)
        .replaceAll('build/certs', folder)
        .replaceAll('8883', mqtt)
        .replaceAll('8443', http),
    );
    assert.equal(makeCertificates, 'make certs\n');
    const broker = shell(start);
    await broker.says(/mqtts .*, https /);
    const child = shell(`stdbuf -oL ${startDevice}`);
    await told(call, { until: 'OK' });
    await child.output.take((line) => line === 'commands/reboot hello');
    await ended(child, 'SIGTERM');
    assert.deepEqual(await ended(broker, 'SIGTERM'), STOPPED);
  });

  /* A broker with the configuration, and what is added to it, and files beside it. */
  async function configured(ports, more, files = {}) {
    const folder = temporaryFolder();
    const [text] = blocks('json');
    const config = { ...JSON.parse(command(text, ports)), ...more };
    writeFileSync(join(folder, 'broker.json'), JSON.stringify(config));
    for (const name of text.match(/[a-z-]+\.json/g))
      writeFileSync(join(folder, name), readFileSync(join(top, 'examples/policies', name)));
    for (const [name, content] of Object.entries(files))
      writeFileSync(join(folder, name), content, { mode: 0o600 });
    const broker = shell(`${PROGRAM} --config ${join(folder, 'broker.json')}`);
    await broker.says(/mqtt .*, http /);
    return broker;
  }

  test('the configuration starts a broker', async () => {
    const broker = await configured(await freePorts());
    assert.deepEqual(await ended(broker, 'SIGTERM'), STOPPED);
  });

  test('with principals: a password, and calls that curl and boto3 sign', async () => {
    const ports = await freePorts();
    const [, principals] = blocks('json');
    const broker = await configured(
      ports,
      { principals: 'principals.json' },
      { 'principals.json': principals },
    );
    const child = shell(`stdbuf -oL ${command(startNamedDevice, ports)}`);
    await told(command(signedCall, ports), { until: 'OK' });
    await child.output.take((line) => line === 'boilers/7/reboot now, please');
    await callWithBoto3(ports);
    await child.output.take((line) => line === 'boilers/7/reboot now, please');
    const { output } = await run('sh', ['-c', command(callIt, ports)]);
    assert.equal(JSON.parse(output).reason, 'AUTHENTICATION_FAILURE');
    await ended(child, 'SIGTERM');
    assert.deepEqual(await ended(broker, 'SIGTERM'), STOPPED);
  });

  async function callWithBoto3(ports) {
    const [script] = blocks('python');
    const env = environment();
    const { code, errorText } = await run(PYTHON, ['-c', command(script, ports)], { env });
    assert.equal(code, 0, errorText);
  }

  test('why it was denied', async () => {
    const { code, output } = await run('sh', ['-c', explain.replace('build/dm-policy', POLICY)], {
      cwd: top,
    });
    assert.equal(code, 1);
    assert.match(output, /^implicit deny: .*\n.*"CommandsAndAlerts".*iot:Topic/);
  });
});

group('the page on the HTTP API', (test) => {
  const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'any', AWS_SECRET_ACCESS_KEY: 'any' };
  const env = environment(CREDENTIALS);

  test('curl, boto3 and JavaScript, with a device and without', async () => {
    const ports = await freePorts();
    const broker = shell(`${PROGRAM} --mqtt 127.0.0.1:${ports.mqtt} --http 127.0.0.1:${ports.http}`);
    await broker.says(/mqtt .*, http /);
    const subscribe = `stdbuf -oL mosquitto_sub -h 127.0.0.1 -p ${ports.mqtt} -i boiler-7 -t weather -v`;
    const child = shell(subscribe);
    const calls = blocks('sh', api).map((text) => command(text, ports).trim());
    const [send, withProperties, get, list, remove] = calls;
    await told(send, { until: 'OK' });
    const call = async (text) => (await run('sh', ['-c', text])).output;
    assert.equal(JSON.parse(await call(withProperties)).message, 'OK');
    const { connected, sourceIp } = JSON.parse(await call(get));
    assert.deepEqual({ connected, sourceIp }, { connected: true, sourceIp: '127.0.0.1' });
    const { subscriptions } = await told(list, { unless: 'QUERY_THROTTLED' });
    assert.deepEqual(subscriptions, [{ topicFilter: 'weather', qos: 0 }]);
    const [[python], [js]] = ['python', 'js'].map((language) => blocks(language, api));
    const inPython = () => run(PYTHON, ['-c', command(python, ports)], { env });
    const cwd = join(top, 'test/conformance');
    const inJs = () =>
      run('node', ['--input-type=module', '--eval', command(js, ports)], { env, cwd });
    assert.match((await inPython()).output, /^acknowledged: [0-9a-f-]{36}$/m);
    assert.match((await inJs()).output, /^acknowledged: [0-9a-f-]{36}$/m);
    for (let i = 0; i < 4; i++)
      await child.output.take((line) => line === 'commands/reboot now, please');
    await ended(child, 'SIGTERM');
    await told(send, { unless: 'RECEIVER_DISCONNECTED' });
    for (const program of [inPython, inJs])
      assert.match((await program()).output, /^not acknowledged: ResourceNotFoundException$/m);
    const { code, output } = await run('sh', ['-c', remove]);
    assert.equal(code, 0, output);
    assert.deepEqual(await ended(broker, 'SIGTERM'), STOPPED);
  });
});

/* What a demo shows, and the statuses in it. */
async function demo(script, program) {
  const { code, output, errorText } = await run(join(top, script), [program]);
  assert.equal(code, 0, errorText);
  return { output, statuses: [...output.matchAll(/^ +(\d{3}) after/gm)].map(([, s]) => s) };
}

group('the demos', (test) => {
  test('dm-broker: delivery, offline, both denials and the timeout', async () => {
    const { output, statuses } = await demo('examples/broker/broker_demo.sh', PROGRAM);
    assert.deepEqual(statuses, ['200', '404', '403', '403', '504']);
    assert.match(output, /boiler-7 received on commands\/reboot: now, please/);
    assert.match(output, /"eventType":"DirectMessageLatePuback"/);
  });

  test('dm-sidecar: ordinary and direct messages, offline and the timeout', async () => {
    const { output, statuses } = await demo('examples/sidecar/sidecar_demo.sh', SIDECAR);
    assert.deepEqual(statuses, ['200', '404', '504']);
    assert.match(output, /boiler-7 received on weather: rain, said to mosquitto/);
    assert.match(output, /boiler-7 received on commands\/reboot: now, please/);
    assert.equal(output.match(/received on weather: cloud \d/g).length, 5);
    assert.equal(output.match(/received on commands\/step: \d/g).length, 5);
  });
});
