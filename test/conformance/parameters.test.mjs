/* Requests that are refused before anybody is asked, each for its own reason, and their
 * neighbours that are not.
 *
 * SPDX-License-Identifier: MIT
 */
import assert from 'node:assert/strict';

import { Call } from './lib/call.mjs';
import { Device } from './lib/device.mjs';
import { HttpConnection, encode, request } from './lib/http.mjs';
import { suite } from './lib/suite.mjs';

const base64 = (value) => Buffer.from(value).toString('base64');
const inBase64 = (value) => base64(JSON.stringify(value));

const USER_PROPERTIES = 'x-amz-mqtt5-user-properties';
const FORMAT = 'x-amz-mqtt5-payload-format-indicator';
const CORRELATION = 'x-amz-mqtt5-correlation-data';

/* A path and query as they stand in the request line; DEVICE is a connected client. */
const messages = (query, client = 'DEVICE') => `/connections/${client}/messages?${query}`;

/* User Properties of so many bytes, keys and values together. */
const ofSize = (size) => inBase64([{ k: 'v'.repeat(1000) }, { key: 'v'.repeat(size - 1004) }]);

/* What: the part after "messages?", or a whole target, and headers. */
const REFUSED = {
  MALFORMED_CLIENTID: {
    empty: messages('topic=t', ''),
    'begins with $': messages('topic=t', '%24aws'),
    '129 bytes': messages('topic=t', 'x'.repeat(129)),
    '129 bytes, of two each but one': messages('topic=t', `x${encode('ü'.repeat(64))}`),
    'not UTF-8': messages('topic=t', '%ff'),
    'UTF-8 that is longer than it need be': messages('topic=t', '%c0%af'),
    'half of a surrogate pair': messages('topic=t', '%ed%a0%80'),
    NUL: messages('topic=t', 'a%00b'),
    'a percent sign alone': messages('topic=t', 'a%'),
    'one digit after the percent sign': messages('topic=t', 'a%2'),
    'no hexadecimal digits': messages('topic=t', '%zz'),
  },
  INVALID_TOPIC: {
    'another letter case': 'Topic=t',
    'another letter case beside it': 'topic=t&TOPIC=t',
    missing: '',
    'without a value': 'topic',
    empty: 'topic=',
    '257 bytes': `topic=${'t'.repeat(257)}`,
    '257 bytes of UTF-8': `topic=t${encode('ü'.repeat(128))}`,
    'eight slashes': 'topic=1/2/3/4/5/6/7/8/9',
    'eight slashes, encoded': `topic=${encode('1/2/3/4/5/6/7/8/9')}`,
    'begins with $': 'topic=%24SYS/a',
    'a plus sign': 'topic=a/+/b',
    'a plus sign, encoded': 'topic=a/%2B/b',
    'a number sign': 'topic=a/%23',
    NUL: 'topic=a%00b',
    'not UTF-8': 'topic=a%ffb',
    'encoded badly': 'topic=a%b',
    twice: 'topic=a&topic=a',
  },
  INVALID_CONFIRMATION_PARAMETER: {
    'half of its name': 'topic=t&confirm=true',
    'a letter too few': 'topic=t&confrmation=true',
    empty: 'topic=t&confirmation=',
    yes: 'topic=t&confirmation=yes',
    1: 'topic=t&confirmation=1',
    'with a space': 'topic=t&confirmation=true%20',
    'encoded badly': 'topic=t&confirmation=true%',
    twice: 'topic=t&confirmation=true&confirmation=true',
  },
  INVALID_TIMEOUT_PARAMETER: {
    'two letters in each other\'s place': 'topic=t&confirmation=true&tiemout=1',
    0: 'topic=t&confirmation=true&timeout=0',
    16: 'topic=t&confirmation=true&timeout=16',
    empty: 'topic=t&confirmation=true&timeout=',
    '-1': 'topic=t&confirmation=true&timeout=-1',
    '+1': 'topic=t&confirmation=true&timeout=+1',
    1.5: 'topic=t&confirmation=true&timeout=1.5',
    '1e1': 'topic=t&confirmation=true&timeout=1e1',
    '0x5': 'topic=t&confirmation=true&timeout=0x5',
    'with a space': 'topic=t&confirmation=true&timeout=%205',
    '5s': 'topic=t&confirmation=true&timeout=5s',
    '2^32 + 5': 'topic=t&confirmation=true&timeout=4294967301',
    '2^64 + 5': 'topic=t&confirmation=true&timeout=18446744073709551621',
    '100 digits': `topic=t&confirmation=true&timeout=${'9'.repeat(100)}`,
    'other digits': `topic=t&confirmation=true&timeout=${encode('٥')}`,
    twice: 'topic=t&confirmation=true&timeout=5&timeout=5',
  },
  INVALID_RESPONSE_TOPIC: {
    empty: 'topic=t&responseTopic=',
    '257 bytes': `topic=t&responseTopic=${'r'.repeat(257)}`,
    'eight slashes': 'topic=t&responseTopic=1/2/3/4/5/6/7/8/9',
    'begins with $': 'topic=t&responseTopic=%24aws',
    'a plus sign': 'topic=t&responseTopic=a/+',
    'a number sign': 'topic=t&responseTopic=%23',
    NUL: 'topic=t&responseTopic=%00',
    'not UTF-8': 'topic=t&responseTopic=%80',
    'encoded badly': 'topic=t&responseTopic=%8',
    twice: 'topic=t&responseTopic=r&responseTopic=r',
  },
  INVALID_CONTENT_TYPE: {
    '257 bytes': `topic=t&contentType=${'c'.repeat(257)}`,
    NUL: 'topic=t&contentType=%00',
    'not UTF-8': 'topic=t&contentType=%ff',
    'encoded badly': 'topic=t&contentType=%f',
    twice: 'topic=t&contentType=c&contentType=c',
  },
  INVALID_USER_PROPERTIES: {
    'not base64': [{ [USER_PROPERTIES]: '!' }],
    'base64 of something else': [{ [USER_PROPERTIES]: base64('{') }],
    empty: [{ [USER_PROPERTIES]: '' }],
    'an object': [{ [USER_PROPERTIES]: inBase64({ a: 'b' }) }],
    'a string that holds no array': [{ [USER_PROPERTIES]: inBase64('{"a":"b"}') }],
    'encoded three times': [{ [USER_PROPERTIES]: inBase64(JSON.stringify('[{"a":"b"}]')) }],
    'two keys in an object': [{ [USER_PROPERTIES]: inBase64([{ a: 'b', c: 'd' }]) }],
    'an object without a key': [{ [USER_PROPERTIES]: inBase64([{}]) }],
    'the same key twice in an object': [{ [USER_PROPERTIES]: base64('[{"a":"b","a":"c"}]') }],
    'a value that is a number': [{ [USER_PROPERTIES]: inBase64([{ a: 1 }]) }],
    'a value that is null': [{ [USER_PROPERTIES]: inBase64([{ a: null }]) }],
    'an array in the array': [{ [USER_PROPERTIES]: inBase64([['a', 'b']]) }],
    'NUL in a value': [{ [USER_PROPERTIES]: inBase64([{ a: 'b\0' }]) }],
    'NUL in a key': [{ [USER_PROPERTIES]: inBase64([{ 'a\0': 'b' }]) }],
    'not UTF-8': [{ [USER_PROPERTIES]: base64(Buffer.from('[{"a":"\xff"}]', 'latin1')) }],
    'half of a surrogate pair': [{ [USER_PROPERTIES]: base64('[{"a":"\\ud800"}]') }],
    'more after the array': [{ [USER_PROPERTIES]: base64('[] []') }],
    '8193 bytes': [{ [USER_PROPERTIES]: ofSize(8193) }],
    'nested deeply': [{ [USER_PROPERTIES]: base64('['.repeat(5000)) }],
    'given twice': [{ [USER_PROPERTIES]: ['W10=', 'W10='] }],
  },
  INVALID_PAYLOAD_FORMAT: {
    empty: [{ [FORMAT]: '' }],
    UTF8: [{ [FORMAT]: 'UTF8' }],
    'lower case': [{ [FORMAT]: 'utf8_data' }],
    1: [{ [FORMAT]: '1' }],
    'UTF-8 that is not': [{ [FORMAT]: 'UTF8_DATA' }, Buffer.from([0x61, 0xff])],
    'UTF-8 that is cut': [{ [FORMAT]: 'UTF8_DATA' }, Buffer.from([0xc3])],
    twice: [{ [FORMAT]: ['UTF8_DATA', 'UTF8_DATA'] }],
  },
  INVALID_CORRELATION_DATA: {
    'not base64': [{ [CORRELATION]: '*' }],
    'without padding': [{ [CORRELATION]: 'YQ' }],
    'the alphabet of URLs': [
      { [CORRELATION]: base64(Buffer.from([0xfb, 0xef, 0xff])).replace(/[+/]/g, '_') },
    ],
    'white space': [{ [CORRELATION]: 'YW Jj' }],
    '8193 bytes': [{ [CORRELATION]: base64(Buffer.alloc(8193)) }],
    twice: [{ [CORRELATION]: ['YQ==', 'YQ=='] }],
  },
  INVALID_REQUEST: {
    'the name of a parameter is encoded badly': 'topic=t&%f=1',
    'a dot for a client': '/connections/./messages?topic=t',
    'two dots for a client': '/connections/../messages?topic=t',
    'two dots behind the client': '/connections/DEVICE/../DEVICE/messages?topic=t',
  },
  UNKNOWN_PATH: {
    root: '/',
    nothing: '/connections',
    'no client': '/connections/',
    'another word': '/connections/DEVICE/message?topic=t',
    'a slash at the end': '/connections/DEVICE/messages/?topic=t',
    'another level': '/connections/DEVICE/x/messages?topic=t',
    'another letter case': '/Connections/DEVICE/messages?topic=t',
    'two slashes in front': '//connections/DEVICE/messages?topic=t',
    'an encoded slash in front': '/connections%2FDEVICE/messages?topic=t',
    'the word encoded': '/connections/DEVICE/%6Dessages?topic=t',
  },
};

const ACCEPTED = {
  'confirmation True': 'topic=t&confirmation=True',
  'confirmation TRUE': 'topic=t&confirmation=TRUE',
  'confirmation tRuE': 'topic=t&confirmation=tRuE',
  'confirmation encoded': 'topic=t&confirmation=%74%72%75%65',
  'confirmation False': 'topic=t&confirmation=False',
  'confirmation FALSE with a timeout of 0': 'topic=t&confirmation=FALSE&timeout=0',
  'a timeout that nobody waits for': 'topic=t&timeout=16',
  'a timeout that is none, and nobody waits for': 'topic=t&timeout=soon',
  'timeout 1': 'topic=t&confirmation=true&timeout=1',
  'timeout 15': 'topic=t&confirmation=true&timeout=15',
  'timeout before confirmation': 'timeout=15&topic=t&confirmation=true',
  'seven slashes': 'topic=1/2/3/4/5/6/7/8',
  'slashes alone': 'topic=///////',
  'a topic of 256 bytes': `topic=${'t'.repeat(256)}`,
  'a topic of 256 bytes of UTF-8': `topic=${encode('ü'.repeat(128))}`,
  'a topic with spaces': 'topic=a%20b%20',
  'a dollar sign inside': 'topic=a%24b',
  'a content type of 256 bytes': `topic=t&contentType=${'c'.repeat(256)}`,
  'an empty content type': 'topic=t&contentType=',
  'a response topic of 256 bytes': `topic=t&responseTopic=${'r'.repeat(256)}`,
  'parameters of others': 'token=a%20b&topic=t&token=again&x-amz-customauthorizer-name=x&=&',
  'user properties of 8192 bytes': [{ [USER_PROPERTIES]: ofSize(8192) }],
  'no user properties': [{ [USER_PROPERTIES]: inBase64([]) }],
  'user properties with white space in JSON': [
    { [USER_PROPERTIES]: base64(' [ { "a" : "b" } ]\n') },
  ],
  'correlation data of 8192 bytes': [{ [CORRELATION]: base64(Buffer.alloc(8192)) }],
  'empty correlation data': [{ [CORRELATION]: '' }],
  'a payload that is UTF-8': [{ [FORMAT]: 'UTF8_DATA' }, 'grün'],
  'a payload that holds NUL': [{ [FORMAT]: 'UTF8_DATA' }, 'a\0b'],
  'an empty payload that is UTF-8': [{ [FORMAT]: 'UTF8_DATA' }],
  'bytes that are not UTF-8': [{ [FORMAT]: 'UNSPECIFIED_BYTES' }, Buffer.from([0xff])],
};

/* A row of the tables as a request. */
function requestOf(row) {
  const [headers, body] = Array.isArray(row) ? row : [{}, ''];
  const query = Array.isArray(row) ? 'topic=t' : row;
  return { path: query.startsWith('/') ? query : messages(query), headers, body };
}

const config = { limits: { publishesPerSecond: 4294967295 } };

suite('parameters', { config }, (broker, test) => {
  let device = null;
  const connected = () => (device ??= Device.connect(broker, { clientId: 'DEVICE' }));

  for (const [reason, rows] of Object.entries(REFUSED)) {
    for (const [what, row] of Object.entries(rows)) {
      test(`${reason}: ${what}`, async () => {
        await connected();
        await new Call(broker, request(broker, requestOf(row)), null).expect(reason);
      });
    }
  }

  for (const [what, row] of Object.entries(ACCEPTED)) {
    test(`accepted: ${what}`, async () => {
      await connected();
      const { status, body } = await request(broker, requestOf(row));
      /* On a slow machine a second may pass. */
      assert.ok(status === 200 || status === 504, body);
    });
  }

  test('a timeout that is refused is told the range', async () => {
    for (const timeout of ['16', '0', 'soon']) {
      const path = messages(`topic=t&confirmation=true&timeout=${timeout}`);
      const { body } = await request(broker, { path });
      const { message } = JSON.parse(body);
      assert.equal(message, 'The timeout must be a whole number of seconds from 1 to 15.');
    }
  });

  test('what was understood of a refused request is logged', async () => {
    const path = messages('topic=a%2Fb&confirmation=true&timeout=16', 'x%20y');
    const known = { clientId: 'x y', topicName: 'a/b', confirmation: true, timeout: 16 };
    const call = new Call(broker, request(broker, { path }), known);
    await call.expect('INVALID_TIMEOUT_PARAMETER');
  });

  for (const method of ['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND']) {
    test(`${method} is not allowed`, async () => {
      const answer = request(broker, { method, path: messages('topic=t') });
      await new Call(broker, answer, null).expect('METHOD_NOT_ALLOWED');
    });

    test(`${method} of an unknown path is 404`, async () => {
      const answer = request(broker, { method, path: '/healthz' });
      await new Call(broker, answer, null).expect('UNKNOWN_PATH');
    });
  }

  test('HEAD is not allowed either, and its answer has no body', async () => {
    await connected();
    const connection = await HttpConnection.open(broker);
    connection.bodiless = true;
    connection.request({ method: 'HEAD', path: messages('topic=t') });
    const { status, headers } = await connection.answers.take();
    assert.equal(status, 405);
    assert.equal(headers.allow, 'POST');
    assert.ok(Number(headers['content-length']) > 0);
    connection.bodiless = false;
    await connection.send('DEVICE').expect('SENT');
  });

  /* Node's own client would not send these. */
  for (const target of [
    '/connections/grün/messages?topic=t',
    '/connections/DEVICE/messages?topic=ü',
    '/connections/DEVICE/messages?topic=t#fragment',
  ]) {
    test(`${target} has to be encoded`, async () => {
      const connection = await HttpConnection.open(broker);
      connection.request({ path: target });
      await connection.call(null).expect('INVALID_REQUEST');
    });
  }

  test('the path counts in absolute form too', async () => {
    await connected();
    const answer = request(broker, { path: `http://broker${messages('topic=t')}` });
    assert.equal((await answer).status, 200);
  });
});
