/* Signed requests whose signatures are known to be right.
 *
 * The first are the cases of AWS's published test suite for Signature Version 4 and the
 * examples in its documentation; the last were signed by the signers of AWS's SDKs for
 * JavaScript and Python, from random parts.
 *
 * SPDX-License-Identifier: MIT
 */
#include "unit/sigv4_samples.h"

/* clang-format off */
const sigv4_sample sigv4_samples[] = {
    {"get-vanilla", "GET",
     "/",
     "Host:example.amazonaws.com\n"
     "X-Amz-Date:20150830T123600Z\n"
     "Authorization:AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31\n",
     "", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", UINT64_C(1440938160000)},
    {"get-vanilla-query", "GET",
     "/?",
     "Host:example.amazonaws.com\n"
     "X-Amz-Date:20150830T123600Z\n"
     "Authorization:AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31\n",
     "", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", UINT64_C(1440938160000)},
    {"get-slash", "GET",
     "//",
     "Host:example.amazonaws.com\n"
     "X-Amz-Date:20150830T123600Z\n"
     "Authorization:AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31\n",
     "", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", UINT64_C(1440938160000)},
    {"get-slash-dot-slash", "GET",
     "/./",
     "Host:example.amazonaws.com\n"
     "X-Amz-Date:20150830T123600Z\n"
     "Authorization:AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31\n",
     "", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", UINT64_C(1440938160000)},
    {"get-relative", "GET",
     "/example/..",
     "Host:example.amazonaws.com\n"
     "X-Amz-Date:20150830T123600Z\n"
     "Authorization:AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31\n",
     "", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", UINT64_C(1440938160000)},
    {"get-relative-relative", "GET",
     "/example1/example2/../..",
     "Host:example.amazonaws.com\n"
     "X-Amz-Date:20150830T123600Z\n"
     "Authorization:AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31\n",
     "", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", UINT64_C(1440938160000)},
    {"get-header-key-duplicate", "GET",
     "/",
     "Host:example.amazonaws.com\n"
     "My-Header1:value2\n"
     "My-Header1:value2\n"
     "My-Header1:value1\n"
     "X-Amz-Date:20150830T123600Z\n"
     "Authorization:AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;my-header1;x-amz-date, Signature=c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea\n",
     "", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", UINT64_C(1440938160000)},
    {"get-header-value-multiline", "GET",
     "/",
     "Host:example.amazonaws.com\n"
     "My-Header1:value1\n"
     "My-Header1:value2\n"
     "My-Header1:value3\n"
     "X-Amz-Date:20150830T123600Z\n"
     "Authorization:AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;my-header1;x-amz-date, Signature=ba17b383a53190154eb5fa66a1b836cc297cc0a3d70a5d00705980573d8ff790\n",
     "", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", UINT64_C(1440938160000)},
    {"get-header-value-order", "GET",
     "/",
     "Host:example.amazonaws.com\n"
     "My-Header1:value4\n"
     "My-Header1:value1\n"
     "My-Header1:value3\n"
     "My-Header1:value2\n"
     "X-Amz-Date:20150830T123600Z\n"
     "Authorization:AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;my-header1;x-amz-date, Signature=08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01\n",
     "", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", UINT64_C(1440938160000)},
    {"get-header-value-trim", "GET",
     "/",
     "Host:example.amazonaws.com\n"
     "My-Header1: value1\n"
     "My-Header2: \"a   b   c\"\n"
     "X-Amz-Date:20150830T123600Z\n"
     "Authorization:AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;my-header1;my-header2;x-amz-date, Signature=acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736\n",
     "", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", UINT64_C(1440938160000)},
    {"get-unreserved", "GET",
     "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
     "Host:example.amazonaws.com\n"
     "X-Amz-Date:20150830T123600Z\n"
     "Authorization:AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f\n",
     "", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", UINT64_C(1440938160000)},
    {"get-utf8", "GET",
     "/\341\210\264",
     "Host:example.amazonaws.com\n"
     "X-Amz-Date:20150830T123600Z\n"
     "Authorization:AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85\n",
     "", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", UINT64_C(1440938160000)},
    {"get-space", "GET",
     "/example space/",
     "Host:example.amazonaws.com\n"
     "X-Amz-Date:20150830T123600Z\n"
     "Authorization:AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741\n",
     "", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", UINT64_C(1440938160000)},
    {"get-vanilla-empty-query-key", "GET",
     "/?Param1=value1",
     "Host:example.amazonaws.com\n"
     "X-Amz-Date:20150830T123600Z\n"
     "Authorization:AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb\n",
     "", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", UINT64_C(1440938160000)},
    {"get-vanilla-query-order-key-case", "GET",
     "/?Param2=value2&Param1=value1",
     "Host:example.amazonaws.com\n"
     "X-Amz-Date:20150830T123600Z\n"
     "Authorization:AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500\n",
     "", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", UINT64_C(1440938160000)},
    {"get-vanilla-query-order-encoded", "GET",
     "/?Param-3=Value3&Param=Value2&%E1%88%B4=Value1",
     "Host:example.amazonaws.com\n"
     "X-Amz-Date:20150830T123600Z\n"
     "Authorization:AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac\n",
     "", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", UINT64_C(1440938160000)},
    {"get-vanilla-query-unreserved", "GET",
     "/?-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz=-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
     "Host:example.amazonaws.com\n"
     "X-Amz-Date:20150830T123600Z\n"
     "Authorization:AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197\n",
     "", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", UINT64_C(1440938160000)},
    {"get-vanilla-utf8-query", "GET",
     "/?\341\210\264=bar",
     "Host:example.amazonaws.com\n"
     "X-Amz-Date:20150830T123600Z\n"
     "Authorization:AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04\n",
     "", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", UINT64_C(1440938160000)},
    {"get-vanilla-with-session-token", "GET",
     "/",
     "Host:example.amazonaws.com\n"
     "X-Amz-Security-Token:6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267\n"
     "X-Amz-Date:20150830T123600Z\n"
     "Authorization:AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date;x-amz-security-token, Signature=07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8\n",
     "", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", UINT64_C(1440938160000)},
    {"post-vanilla", "POST",
     "/",
     "Host:example.amazonaws.com\n"
     "X-Amz-Date:20150830T123600Z\n"
     "Authorization:AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b\n",
     "", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", UINT64_C(1440938160000)},
    {"post-header-key-sort", "POST",
     "/",
     "Host:example.amazonaws.com\n"
     "My-Header1:value1\n"
     "X-Amz-Date:20150830T123600Z\n"
     "Authorization:AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;my-header1;x-amz-date, Signature=c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c\n",
     "", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", UINT64_C(1440938160000)},
    {"post-header-value-case", "POST",
     "/",
     "Host:example.amazonaws.com\n"
     "My-Header1:VALUE1\n"
     "X-Amz-Date:20150830T123600Z\n"
     "Authorization:AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;my-header1;x-amz-date, Signature=cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d\n",
     "", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", UINT64_C(1440938160000)},
    {"post-sts-header-before", "POST",
     "/",
     "Host:example.amazonaws.com\n"
     "X-Amz-Security-Token:AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==\n"
     "X-Amz-Date:20150830T123600Z\n"
     "Authorization:AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date;x-amz-security-token, Signature=85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead\n",
     "", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", UINT64_C(1440938160000)},
    {"post-vanilla-query", "POST",
     "/?Param1=value1",
     "Host:example.amazonaws.com\n"
     "X-Amz-Date:20150830T123600Z\n"
     "Authorization:AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11\n",
     "", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", UINT64_C(1440938160000)},
    {"post-vanilla-query-nonunreserved", "POST",
     "/?@#$%25%5E&+=/,?%3E%3C%60%22;:%5C|][%7B%7D",
     "Host:example.amazonaws.com\n"
     "X-Amz-Date:20150830T123600Z\n"
     "Authorization:AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=66c82657c86e26fb25238d0e69f011edc4c6df5ae71119d7cb98ed9b87393c1e\n",
     "", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", UINT64_C(1440938160000)},
    {"post-vanilla-query-space", "POST",
     "/?p=",
     "Host:example.amazonaws.com\n"
     "X-Amz-Date:20150830T123600Z\n"
     "Authorization:AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=e71688addb58a26418614085fb730ba3faa623b461c17f48f2fbdb9361b94a9b\n",
     "", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", UINT64_C(1440938160000)},
    {"post-x-www-form-urlencoded", "POST",
     "/",
     "Host:example.amazonaws.com\n"
     "Content-Type:application/x-www-form-urlencoded\n"
     "X-Amz-Date:20150830T123600Z\n"
     "Authorization:AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a\n",
     "Param1=value1", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", UINT64_C(1440938160000)},
    {"post-x-www-form-urlencoded-parameters", "POST",
     "/",
     "Host:example.amazonaws.com\n"
     "Content-Type:application/x-www-form-urlencoded; charset=utf8\n"
     "X-Amz-Date:20150830T123600Z\n"
     "Authorization:AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=1a72ec8f64bd914b0e42e42607c7fbce7fb2c7465f63e3092b3b0d39fa77a6fe\n",
     "Param1=value1", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", UINT64_C(1440938160000)},
    {"presigned get-vanilla-query-order-key-case", "GET",
     "/?Param2=value2&Param1=value1&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fservice%2Faws4_request&X-Amz-Date=20150830T123600Z&X-Amz-SignedHeaders=host&X-Amz-Expires=3600&X-Amz-Signature=86012e2c9ad4d77369f5d81c11f75158aae4f895a085212cc6d3f923d300bed5",
     "Host:example.amazonaws.com\n",
     "", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", UINT64_C(1440938160000)},
    {"presigned get-header-value-trim", "GET",
     "/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fservice%2Faws4_request&X-Amz-Date=20150830T123600Z&X-Amz-SignedHeaders=host%3Bmy-header1%3Bmy-header2&X-Amz-Expires=3600&X-Amz-Signature=e7bb0fd515e125e1aec2ecc4c0c17484fb06f6846b927c35e46005dd3df3acd4",
     "Host:example.amazonaws.com\n"
     "My-Header1: value1\n"
     "My-Header2: \"a   b   c\"\n",
     "", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", UINT64_C(1440938160000)},
    {"presigned get-utf8", "GET",
     "/\341\210\264?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fservice%2Faws4_request&X-Amz-Date=20150830T123600Z&X-Amz-SignedHeaders=host&X-Amz-Expires=3600&X-Amz-Signature=10eae3f14a260bd3911cc6d008d3c576d143b05b62f09782a7a4b37f52178e44",
     "Host:example.amazonaws.com\n",
     "", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", UINT64_C(1440938160000)},
    {"presigned get-slash-dot-slash", "GET",
     "/./?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fservice%2Faws4_request&X-Amz-Date=20150830T123600Z&X-Amz-SignedHeaders=host&X-Amz-Expires=3600&X-Amz-Signature=e93c787ed7f371d5c6b165c1b38ede9550f4dce4144713e844b25b7192d3865d",
     "Host:example.amazonaws.com\n",
     "", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", UINT64_C(1440938160000)},
    {"presigned get-vanilla-query-order-encoded", "GET",
     "/?Param-3=Value3&Param=Value2&%E1%88%B4=Value1&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fservice%2Faws4_request&X-Amz-Date=20150830T123600Z&X-Amz-SignedHeaders=host&X-Amz-Expires=3600&X-Amz-Signature=c5f1848ceec943ac2ca68ee720460c23aaae30a2300586597ada94c4a65e4787",
     "Host:example.amazonaws.com\n",
     "", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", UINT64_C(1440938160000)},
    {"presigned get-header-key-duplicate", "GET",
     "/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fservice%2Faws4_request&X-Amz-Date=20150830T123600Z&X-Amz-SignedHeaders=host%3Bmy-header1&X-Amz-Expires=3600&X-Amz-Signature=3349ee0b81b4b589da0ff28a395c3591e04de515651dd74f298fa992d1507a97",
     "Host:example.amazonaws.com\n"
     "My-Header1:value2\n"
     "My-Header1:value2\n"
     "My-Header1:value1\n",
     "", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", UINT64_C(1440938160000)},
    {"documentation, IAM ListUsers", "GET",
     "/?Action=ListUsers&Version=2010-05-08",
     "Host:iam.amazonaws.com\n"
     "Content-Type:application/x-www-form-urlencoded; charset=utf-8\n"
     "X-Amz-Date:20150830T123600Z\n"
     "Authorization:AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7\n",
     "", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", UINT64_C(1440938160000)},
    {"documentation, S3 GET Object", "GET",
     "/test.txt",
     "Host:examplebucket.s3.amazonaws.com\n"
     "Authorization:AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41\n"
     "Range:bytes=0-9\n"
     "x-amz-content-sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
     "x-amz-date:20130524T000000Z\n",
     "", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", UINT64_C(1369353600000)},
    {"documentation, S3 lifecycle", "GET",
     "/?lifecycle",
     "Host:examplebucket.s3.amazonaws.com\n"
     "Authorization:AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543\n"
     "x-amz-content-sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
     "x-amz-date:20130524T000000Z\n",
     "", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", UINT64_C(1369353600000)},
    {"documentation, S3 presigned", "GET",
     "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
     "Host:examplebucket.s3.amazonaws.com\n",
     "", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", UINT64_C(1369353600000)},
    {"@smithy/signature-v4, 1", "DELETE",
     "//%3B%27Y%29/Z%2F%5D-/0_%27%26%2C%5B?Y~/%09=b_%5c*)&%5d=%E1%88%b4cZ%C3%a9/&(,1%01=c%5c%7c.&1=/-+%25%5E&%3c.%29=%3b%091%7B",
     "host:  localhost:8443\t\n"
     "content-length:X\"+ /+/=\n"
     "content-length:\n"
     "x-amz-mqtt5-user-properties:  b\t =aY\303\251\"9\t\n"
     "a:  1,\t1\"\"\t\n"
     "x-amz-date:20280425T064426Z\n"
     "x-amz-security-token:  =+aY=b/YcX/Z\t\n"
     "x-amz-content-sha256:4735f858e5694783ef234d35a772778ac0e875650f18268a219e16f777da238c\n"
     "AUTHORIZATION:  AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20280425/us-gov-west-1/iotdata/aws4_request, SignedHeaders=a;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-mqtt5-user-properties;x-amz-security-token, Signature=69e48ecf85e4b6401db82b73ab00f0a8eb63a2c996251b38f7df20b2ec70ea29\t\n",
     "?;Z^]1)[", "593E570c99e/76", UINT64_C(1840257866000)},
    {"@smithy/signature-v4, 2", "DELETE",
     "/.//a!b/?%6b=%7B!9%5a&)%7B%60~=%25%7F%2f%01&%3cb&'?%5d=%23&Y%7F+=",
     "host:abc-ats.iot.eu-west-1.amazonaws.com\n"
     "content-type:  /\t,c\302\240\302\240\"0 00\t\n"
     "Z:cYbZ ;\n"
     "z:\n"
     "x-amz-date:20340125T193431Z\n"
     "AUTHORIZATION:AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20340125/eu-west-1/iotdevicegateway/aws4_request, SignedHeaders=content-type;host;x-amz-date;z, Signature=eb0c556420ffe487e7556ae3d7740d637a3ff0fa9d93c2cdd29ac6646a2417a6\n",
     "\\", "Fd", UINT64_C(2021830471000)},
    {"@smithy/signature-v4, 3", "POST",
     "/../?%01.Z=,&-%5B=*%3b%29&-%5b&%2d%5b=%5E*(%7C&%5BZ=~%3c&,:%2f=~+*c%29",
     "host:  localhost:8443\t\n"
     "amz-sdk-invocation-id:  \t\t\n"
     "content-type:b\n"
     "content-type:9b\n"
     "x-amz-mqtt5-user-properties:   Z\t=\302\240\303\251b0\t\n"
     "X-AMZ-DATE:20260508T030446Z\n"
     "x-amz-content-sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
     "authorization:AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260508/us-gov-west-1/iotdevicegateway/aws4_request, SignedHeaders=amz-sdk-invocation-id;content-type;host;x-amz-content-sha256;x-amz-date;x-amz-mqtt5-user-properties, Signature=d76969ed6fa4419939dc2d9a66abca71b387f241be05bdb8b35b38e303967f9a\n",
     "", "AC2969b+B7FbD+a2707d7+58F1/03B2C90003Af8", UINT64_C(1778209486000)},
    {"@smithy/signature-v4, 4", "DELETE",
     "/?&%60=&(%5B%401&.+%f0%9F%98%80%31=c%5E&%F0%9F%98%80%2a=,%3d%5E",
     "host:localhost:8443\n"
     "x-amz-mqtt5-user-properties:  a\303\251,Y \t\n"
     "content-length:\n"
     "X-AMZ-MQTT5-PAYLOAD-FORMAT-INDICATOR:a\302\240\303\251\303\251Y\n"
     "X-Amz-Mqtt5-Payload-Format-Indicator:c\n"
     "x-amz-date:  19910414T134345Z\t\n"
     "x-amz-security-token:  +c++c=++cb\t\n"
     "X-AMZ-CONTENT-SHA256:757a0f75eee7071a4cb8a881322e778b06f74f3194ee0815d1a2d51f10ef4238\n"
     "AUTHORIZATION:AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/19910414/us-gov-west-1/iotdata/aws4_request, SignedHeaders=content-length;host;x-amz-content-sha256;x-amz-date;x-amz-mqtt5-payload-format-indicator;x-amz-mqtt5-user-properties;x-amz-security-token, Signature=b7ad1aa790ea65eb4c8de888dbcd3b4207306f1291d154fe959229ef3e5a5343\n",
     ",b1+`-!\341\210\264%-b", "FAbFCAbdDD801F3b/31BbE0", UINT64_C(671636625000)},
    {"@smithy/signature-v4, 5", "POST",
     "/%7Fc%22%3B/.../%2B%F0%9F%98%80%3D%5E%28//%F0%9F%98%80%C3%A9%25%25?k=&9!=9%22&&%5C%3D=%22~%09%20&0+%26%3d=%2a%63%5e,%7c&(:9%e1%88%b4=%c3%A9%60%c3%A9&%27%3c=%2f",
     "HOST:  localhost:8443\t\n"
     "CONTENT-LENGTH:  \t\n"
     "X-AMZ-DATE:20370605T053422Z\n"
     "x-amz-security-token:YZ=bb+=cYZ++X/aY/caZaZbc/=aa==aY+\n"
     "X-AMZ-CONTENT-SHA256:  e7feaef3332d1fa910c2ca30bae05da17667c234b5fdf66ba34c0c8c4bd601af\t\n"
     "AUTHORIZATION:AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20370605/us-gov-west-1/iotdata/aws4_request, SignedHeaders=content-length;host;x-amz-content-sha256;x-amz-date;x-amz-security-token, Signature=6b1fa1cf5e5d7ff667be7bc06d646141c5e1616652f1eaa4dbbc7a8181469f4b\n",
     "Y\"", "95d+3cbE78f8F18b8+c3EBFCD", UINT64_C(2127792862000)},
    {"@smithy/signature-v4, 6", "POST",
     "//a%26%24?%22=&%C3%A90%3F=%61&%C3%A90%3f&%22=%3F&%22=%24%28%60&%C3%a90%3f=%09@b&%C3%A90?=~%60%3B%23%c3%a9",
     "HOST:  abc-ats.iot.eu-west-1.amazonaws.com\t\n"
     "X-Amz-Mqtt5-Payload-Format-Indicator: 1;=c YY\303\251,0\n"
     "AMZ-SDK-REQUEST:Z1\303\251Z\n"
     "AMZ-SDK-REQUEST:\n"
     "My-Header:  9\t\n"
     "x-amz-date:  20110820T094627Z\t\n"
     "x-amz-content-sha256:41ab0a76c0eb9281f2fa266c1483ccd041f2dab04434b834106d64098ba4b29c\n"
     "AUTHORIZATION:AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20110820/eu-west-1/iotdevicegateway/aws4_request, SignedHeaders=amz-sdk-request;host;my-header;x-amz-content-sha256;x-amz-date;x-amz-mqtt5-payload-format-indicator, Signature=d1e8068007d0f5b06a3392d07d03dc9bf1490e919fe758923d1c10d4c6de0f57\n",
     "Y@:{.]", "fAD95a72574Ab", UINT64_C(1313833587000)},
    {"@smithy/signature-v4, 7", "POST",
     "/a%270%3A%2B/%20%23/%F0%9F%98%80%3A%F0%9F%98%80%C3%A9/%2A-%24%25%29/?k=@1&b=%09&%25?=*&k=%C3%A9/*&k=%59%E1%88%b4&k=~Y%29&%25%3f=%7C",
     "host:[::1]:8080\n"
     "amz-sdk-request:\n"
     "AMZ-SDK-REQUEST:;;=;X\n"
     "X-AMZ-DATE:20110411T021910Z\n"
     "x-amz-security-token:  c+bXcb=XXZY/+aX/Zabb+\t\n"
     "authorization:AWS4-HMAC-SHA256 Credential=ASIAQ.x_y-z/20110411/eu-west-1/iotdata/aws4_request, SignedHeaders=amz-sdk-request;host;x-amz-date;x-amz-security-token, Signature=8ea761b7867dd40937331a32b0b45509682181892e881db2c3065518ce2de2d4\n",
     ".1,<%19", "B+59+F6a882+7+b19C+C56FEDd6BEfC1a1bA3/C", UINT64_C(1302488350000)},
    {"@smithy/signature-v4, 8", "GET",
     "/.../%01%3FY/../?%2B%26c=%60%22&'0~=%5c'%E1%88%B4%28&-%7c9X=%01%5C%21&/!=%39%7F:&%23%40%3d=%e1%88%B4&%22c%5b=%29%7B%27",
     "host:  localhost:8443\t\n"
     "My-Header:1\t1\302\240c;0\n"
     "My-Header:a9+\n"
     "content-length:9Z\n"
     "X-Amz-Mqtt5-Payload-Format-Indicator:Y1Y\n"
     "X-Amz-Mqtt5-Payload-Format-Indicator:Zc 1cZ\n"
     "x-amz-date:20020121T142528Z\n"
     "x-amz-security-token:  Zb=/aY/b=ZcZ//YX//=/X+a=a++c+=cb//\t\n"
     "authorization:AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20020121/local/iotdata/aws4_request, SignedHeaders=content-length;host;my-header;x-amz-date;x-amz-mqtt5-payload-format-indicator;x-amz-security-token, Signature=4fe4b039789033bc57569694c42a67d38fb5d0d07b7215db8f9754cc33badaa6\n",
     "", "d5A/3c16Cd9fCceEdD8A", UINT64_C(1011623128000)},
    {"@smithy/signature-v4, 9", "POST",
     "/?%58-Amz-Algo%72%69%74hm=AWS4-H%4dAC-S%48A256&X-Amz-Ex%70i%72%65s=437604&%58-Amz-%53ignature=ad3b801bd4%334%390266955a568eb2bd63dc852fd7b6584704%61804d3356c%379%61e85a&X-Amz-%43re%64en%74%69al=AKIDEXAMPLE/2%300202%315/us-gov-%77est-1%2fio%74d%61%74a%2Faw%734_request&X-%41mz-Date=20020215T195220Z&%5d%20%23=~%25&0_%F0%9f%98%80!=%09+&X-Amz-SignedHeade%72%73=content-t%79pe;ho%73t;my-%68e%61der",
     "host:  localhost:8443\t\n"
     "content-type:\n"
     "MY-HEADER:\"\n"
     "My-Header:0\n",
     "Z", "CD68FB70ae8D7", UINT64_C(1013802740000)},
    {"@smithy/signature-v4, 10", "DELETE",
     "/a:b//(x)?X-Amz%2d%43redential=A%53IAQ%2ex_y-z%2f20200503/eu-we%73%74-1/io%74data%2Faws4_req%75es%74&X-Amz-Expires=293716&X-Amz-A%6cgo%72ithm=AWS4-HMAC-SHA256&X-Amz-Date=20200503T11%30919Z&X-Amz-Sig%6eedH%65aders=amz-sdk-invoca%74ion-id;%63ontent-%6cen%67th%3bc%6fn%74e%6e%74-t%79pe;h%6fst%3bz&X-Amz-Signa%74%75re=29bee4e5%32d58def%32035dc8d1f906f0dd51940c9%624611956c333ace0d319b099e",
     "host:[::1]:8080\n"
     "CONTENT-LENGTH:  0 \t9b=\302\240\t /+/\t\n"
     "amz-sdk-invocation-id:\n"
     "amz-sdk-invocation-id:\n"
     "amz-sdk-invocation-id:\303\251\302\240\303\251/Y\n"
     "content-type:+\tb \"b\t+ZcY\302\240\n"
     "z: \302\240\302\240\t;b1Y/bbY\n",
     ")\341\210\264`\303\251@<9#?\?", "02E596", UINT64_C(1588504159000)},
    {"@smithy/signature-v4, 11", "POST",
     "//.../~%2A/%2C0/b?X-Amz-SignedH%65%61ders=host%3bm%79-%68ea%64er%3bz&X-Amz-Exp%69%72es=324796&X-Amz-Al%67orithm=AWS4-%48M%41C-SHA%325%36&01%40%60=%f0%9f%98%80+@%C3%a9%22&X-Amz%2dCred%65n%74i%61l=AKI%44EXAMPLE%2f200206%303%2feu-west-1%2Fiotdat%61/aws4%5freq%75est&X-Amz-%53igna%74ur%65=208578a77%6598d8648%3836b88a34a31fd21%33%618780ede4b232684dbbe53aa6487c5&X-Amz-%44ate=200206%303T15%3520%33Z",
     "host:  [::1]:8080\t\n"
     "MY-HEADER:c\n"
     "z:  ab;a\t=+\n",
     "", "44f33078/CfA+CCc++a8cc4a791DBe0", UINT64_C(1023119523000)},
    {"@smithy/signature-v4, 12", "GET",
     "/?X-%41mz-Algor%69thm=A%57S4-HMAC-SH%41256&X-Amz-Sig%6eedH%65aders=host;my-header&X-Amz%2dCreden%74i%61l=%41S%49AQ.x_y-z/201%321227/local%2Fio%74device%67ateway%2Faws4_req%75e%73t&%5E%60bX=%31%62%7b%3a-&X-A%6dz-Date=201%3212%327T134045Z&X%2d%41mz-Si%67nature=0c836b7e%317c%321fcde2a841afe48463d14b%367b9c3a8488a7736093951e9727d49&?=&%5E%60bX=%5b%3f%3c&X-Amz-Expires=129%36%32&;%01'%7B=&%09=%2C%3c%7C%2B",
     "HOST:abc-ats.iot.eu-west-1.amazonaws.com\n"
     "My-Header:\n"
     "My-Header:aY\t9 +/c;\n",
     "$", "0E/3E397ebAd+1Ac3+Df37EC0e/3735f143ab", UINT64_C(1356615645000)},
    {"@smithy/signature-v4, 13", "GET",
     "//?X-Am%7a-%53igne%64Heade%72s=host&%25%3A%60=%28%2bb&X%2d%41mz-Date=20490722T142950Z&.=.%3A&k=%e1%88%B4%7F%f0%9F%98%80%62a&X%2d%41mz-Expire%73=46262%31&X-Amz-C%72edential=A%53I%41%51.x_y-%7a%2f2049072%32/u%73-gov-west-1/iotdata/aws4_request&X-Amz-Signat%75r%65=8d17ea7694221459a2f89f8df9232fe348%31caa7bce60%313%65a85662c190%38c%318a58&%30'=%5B_9_%5B&X%2dAm%7a-A%6c%67orithm=AWS4-HMAC%2dSHA2%356&_=~%7b%22&k=c9~c&",
     "HOST:  abc-ats.iot.eu-west-1.amazonaws.com\t\n",
     "", "Ae0+55f74C4/AE50b/da", UINT64_C(2510576990000)},
    {"@smithy/signature-v4, 14", "DELETE",
     "/a!b/9%2B%2BZ%F0%9F%98%80/.a//%3F?X-Amz%2dExp%69res=601%3181&1=%7cX%5e%09&X-Amz-S%69gn%61ture=bd9d0aa07030fee4393094%37%3084db71a838%62fd2%643b93f1b34d2b0514fecec%62%3469&%3a%26&:%26=:-%7c&%3A%26=%09*%22&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-%41mz-Creden%74i%61l=ASIAQ.x_y%2dz%2f2044%30418/us-g%6fv-we%73t-1/iotdat%61/aws4_req%75est&:%26=%01%7BX!&X-Amz-SignedH%65a%64ers=ho%73t&X-%41m%7a-%44a%74e=20440418T20%31105Z",
     "HOST:  abc-ats.iot.eu-west-1.amazonaws.com\t\n",
     ".\\\360\237\230\200", "fDA/fdB4fD995afb8eFCF4dfEEC9f0B8aFeA/cF", UINT64_C(2344623065000)},
    {"@smithy/signature-v4, 15", "POST",
     "/?X-Amz-Algorithm=AWS4-HMA%43-SHA256&X-%41mz-Da%74%65=20140212T065410Z&,?=@&X-Amz-C%72edential=ASIAQ.x_y-z/2%30140212%2fus-gov-west-1/iotdata%2faws4_reques%74&%58-Amz-Se%63urity-Token=aabb%2BX/+%3dX/bZa&,?=%01%3B%F0%9f%98%80&X-Am%7a-Signature=e0c9791%64f1c191a089d61de1754f5e2b5b83c63%3214a8%62%36cf5284a0d2%64%36d1b5%335&,%3F=%39%25&X-%41%6dz-%53ign%65%64%48ead%65%72s=host;z&X%2dAm%7a-Ex%70ir%65s=2933%364&,?=",
     "host:  [::1]:8080\t\n"
     "z:b\n",
     "=_;\\)", "fe872D1c6DB78b1Dbf8b14a+8+83DAA8D54d4eB4", UINT64_C(1392188050000)},
    {"@smithy/signature-v4, 16", "POST",
     "/c%2A%5C~///%3B%24%09/?X%2dA%6dz-Si%67nedHe%61ders=host&X-Amz-Date=20070116T151609%5a&X-Amz-C%72e%64%65ntial=%41KIDEXAMPL%45/2%30070116%2flocal/iotdata%2Faws4_requ%65s%74&0%7C&%22%7C%3D&X-Amz-Exp%69res=37%31601&X-Amz-Sig%6ea%74ure=db8580c7e6ea5f56ee44fb58f9c36ac%3595e266a0e%34e%3407696d272f%317%62fae16%632&X-Amz-Algorith%6d=AWS4%2dHMAC-SHA2%356",
     "host:  [::1]:8080\t\n",
     "", "+b5f74CaA2E585AdC7AeB4+2fAf", UINT64_C(1168960569000)},
    {"botocore, 1", "DELETE",
     "/%E1%88%B4%C3%A9.%40%F0%9F%98%80/%3F/%7C%5D/%2A%21%5E/+/?k=..%3Cb%26&%409=%28%C3%A9~&%23%23=%2B%F0%9F%98%80%27&%26b%E1%88%B4%21=&%7C%F0%9F%98%80=Z&c%29%5B=&%26b%E1%88%B4%21=&k=",
     "Content-Type:+\t,a\n"
     "My-Header:\n"
     "My-Header:\n"
     "X-Amz-Date:20390724T095259Z\n"
     "X-Amz-Security-Token:X=XYYYXZb=YbaX//X=Za//c=X=ZXYaY+=c==ZYc++ab=Yc\n"
     "Host:abc-ats.iot.eu-west-1.amazonaws.com\n"
     "Authorization:AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20390724/local/iotdata/aws4_request, SignedHeaders=content-type;host;my-header;x-amz-date;x-amz-security-token, Signature=4be16a34332d761d8e87b4fca073ebede0754963a7ad18413530b4ce0671a41d\n",
     "$$+Z?9#Y{&?{\341\210\264]", "s", UINT64_C(2195113979000)},
    {"botocore, 2", "GET",
     "/../X%22/./%2C_Y%60%23/+?%2B%23%60%24=Z%3F%5C%3FZ&a%7C%20=1%24_&%2A%24=&~%2A%29=%E1%88%B4&9%E1%88%B4Y=Xb%3AX&.%23%25%20=",
     "X-Amz-Mqtt5-Correlation-Data:b0c0, 0\n"
     "X-Amz-Mqtt5-Correlation-Data:\"9;aZ  a\n"
     "x-amz-mqtt5-user-properties:c0XX\n"
     "Host:[::1]:8080\n"
     "X-Amz-Date:20491028T024115Z\n"
     "Authorization:AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20491028/us-gov-west-1/iotdata/aws4_request, SignedHeaders=host;x-amz-date;x-amz-mqtt5-correlation-data;x-amz-mqtt5-user-properties, Signature=12d4a8fbb9285ee99fbc3f9d60ef0480cce275d62af1efa57056e0a67b3245d0\n",
     "[=('1cZa[1~9", "DDdFedb+bc22E745c52f3CcAb0+5bD+1b1e4", UINT64_C(2519001675000)},
    {"botocore, 3", "GET",
     "/.//-X/a!b//%2f/?%C3%A9%3Cc%24=&X=%29%3AYY&%21%F0%9F%98%80%5Eb=%5D%2F&%5D%29_%3F=%22%2A%E1%88%B4&k=~Y%40",
     "Content-Type:\ta \n"
     "a:\t Zb;1=a\n"
     "Host:[::1]:8080\n"
     "a:++\tX0=ZaY9b0\n"
     "X-Amz-Date:20300418T190547Z\n"
     "Authorization:AWS4-HMAC-SHA256 Credential=ASIAQxyz/20300418/local/iotdevicegateway/aws4_request, SignedHeaders=a;content-type;host;x-amz-date, Signature=cfa8b04d0d46be334d72805f99f1ef62bd0db4d93d6ca5178a2e462fa63c8503\n",
     "+|9)-]'Z\"\"-?", "+2d1/30745/E005AF/b3B+fe86", UINT64_C(1902769547000)},
    {"botocore, 4", "POST",
     "/%3D%40%28Y%E1%88%B4./%2f/%2F?%5B=%5E%3B&k=&%27%2F=&%5E0=&%409=%7B1%5D%27&%409=%7B1%5D%27",
     "Host:localhost:8443\n"
     "User-Agent:9//\"/b0=\n"
     "Content-Type:=\"\t+0Z +Y;9\n"
     "User-Agent:/a/\"Za\tZb9\n"
     "amz-sdk-invocation-id:Z/1\"b1 Y,c\n"
     "a:0Zb;Y1/ b Y\n"
     "X-Amz-Date:20400114T143520Z\n"
     "X-Amz-Security-Token:/=/ZYZZaa=+ZXXac+bZXYabXc/aZZXX+++XYX+X=aXYYX/ZZYYa/Zc=\n"
     "Authorization:AWS4-HMAC-SHA256 Credential=ASIAQxyz/20400114/eu-west-1/iotdevicegateway/aws4_request, SignedHeaders=a;amz-sdk-invocation-id;content-type;host;x-amz-date;x-amz-security-token, Signature=34f5c3c3815c125c21002a4c3d1a435d05b750c7fe505f9d90002a627dc060c5\n",
     "$?#Z]~#:c~,", "3B+eeD2dD71E839286+A+/FCfE3cabAad210+Ac", UINT64_C(2210164520000)},
    {"botocore, 5", "DELETE",
     "/.//.../%3D%20%29/%C3%A9%28a/a%3F%3C%3C?1.Z=%24%7C%2B_%E1%88%B4&%25%3DY=%2A%3D%2B%3C&1.Z=%21Z~",
     "Content-Type:a009\"Y\n"
     "Content-Type:c/1 9=,\n"
     "Range:aa\t,a\t\n"
     "Range: \";;cX; a/\n"
     "x-amz-mqtt5-user-properties:;,/a0+ \n"
     "X-Amz-Date:19980228T091201Z\n"
     "Authorization:AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/19980228/local/iotdata/aws4_request, SignedHeaders=content-type;host;range;x-amz-date;x-amz-mqtt5-user-properties, Signature=8cd1e33f34e9d001cc96b9ddf47f055ca899905c55b473aa49f43f579828d774\n"
     "Host:[::1]:8080\n",
     "]+Y$`,|Z\\a^", "Bfd89cE0Fa0E/d+4fedeeF8/E/0ADE7E2EB2c", UINT64_C(888657121000)},
    {"botocore, 6", "POST",
     "/../a!b//%24%23%24%24%20%C3%A9/?k=%3C&b1%2F%7C=%22%24~%2A&b1%2F%7C=%22%24~%2A&k=",
     "X-Amz-Mqtt5-Correlation-Data:=\"c=ac9/ X\n"
     "Range: \n"
     "User-Agent:Z\n"
     "Range:Y\n"
     "x-amz-mqtt5-user-properties:\"0 c\n"
     "X-Amz-Date:20201103T020501Z\n"
     "X-Amz-Security-Token:Y\n"
     "Authorization:AWS4-HMAC-SHA256 Credential=ASIAQxyz/20201103/us-gov-west-1/iotdata/aws4_request, SignedHeaders=host;range;x-amz-date;x-amz-mqtt5-correlation-data;x-amz-mqtt5-user-properties;x-amz-security-token, Signature=b4ff1b15a2b1d2ea3c47c3a97de73b532e653e697b0a7694e7ee1dc74477a503\n"
     "Host:localhost:8443\n",
     "{,~X==[$", "AaA1/3a2D08840fd+22", UINT64_C(1604369101000)},
    {"botocore, 7", "DELETE",
     "/.//%28~%5C%F0%9F%98%80a/%E1%88%B4X/a%26%5B%C3%A99%5E?k=%3D%7C&Y%3C=",
     "amz-sdk-invocation-id:\"1b0c c9\n"
     "User-Agent:1 ;c\" \n"
     "Content-Type:+Yc, \"0a\n"
     "Range:\t  b\n"
     "User-Agent:+0X\n"
     "X-Amz-Date:19930501T074708Z\n"
     "X-Amz-Security-Token:=c/Z//++bZcYYYZY+bcXba+Z++a+++=aX\n"
     "Host:localhost\n"
     "Authorization:AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/19930501/eu-west-1/iotdevicegateway/aws4_request, SignedHeaders=amz-sdk-invocation-id;content-type;host;range;x-amz-date;x-amz-security-token, Signature=c28214337186a07d1932662eeac9c2d2f662c43e0c366a0bed9ed71839592ebb\n",
     "", "66a9", UINT64_C(736242428000)},
    {"botocore, 8", "GET",
     "/%28%3D%5C/%E1%88%B4%22%3D%3D%3DX//?%5B%22=%25&9%5E%26=%7C-&%3C=%24%2F%2AY&k=~%28&%5B%22=%25",
     "x-amz-mqtt5-user-properties:\n"
     "x-amz-mqtt5-user-properties:/ 1\t\n"
     "Range:\n"
     "a:Z; 1Y10=\t9 \t\n"
     "X-Amz-Date:19921218T110040Z\n"
     "X-Amz-Security-Token:ZXZXa/+/bcX=/a/Xa=Zc/+cXXYZZbXZbc+=caY\n"
     "Authorization:AWS4-HMAC-SHA256 Credential=ASIAQxyz/19921218/local/iotdata/aws4_request, SignedHeaders=a;host;range;x-amz-date;x-amz-mqtt5-user-properties;x-amz-security-token, Signature=58c75285f9d2c3a2c6855cfbce80b6e6712320a12736c15227241bd6b9f41aa8\n"
     "Host:[::1]:8080\n",
     "", "bc8C3F7ee7A", UINT64_C(724676440000)},
    {"botocore, 9", "POST",
     "/.//../?-%E1%88%B4=%26c%2C1&%3F0=&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=ASIAQxyz%2F20190310%2Fus-gov-west-1%2Fiotdata%2Faws4_request&X-Amz-Date=20190310T053047Z&X-Amz-Expires=265734&X-Amz-SignedHeaders=amz-sdk-invocation-id%3Bcontent-type%3Bhost&X-Amz-Security-Token=XXY%2FYc%3DccXZZaXcbbXYb%2F%2B%3DZacb%2F%2B%3DZ&X-Amz-Signature=066c71988cb2aec53013a4e4b30d0f5370873853ab38c107be5a9f8bc7fbd738",
     "amz-sdk-invocation-id:\"0  X,\"\n"
     "Host:[::1]:8080\n"
     "amz-sdk-invocation-id:\t cYZ1 \n"
     "Content-Type:\"\"\n"
     "amz-sdk-invocation-id:9\n",
     "", "3d/1AA70b//dAe385aC2f75", UINT64_C(1552195847000)},
    {"botocore, 10", "POST",
     "/(x)/+//%F0%9F%98%80Y%3F?k=0&%3F_=1%22Z%26&%40%3B%40%40=%60%23b%5D&%2F%2B_%5E=.%5E&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F19990903%2Flocal%2Fiotdevicegateway%2Faws4_request&X-Amz-Date=19990903T131721Z&X-Amz-Expires=494055&X-Amz-SignedHeaders=content-type%3Bhost%3Bmy-header%3Brange&X-Amz-Signature=8b0aba4f8ce0e60103a7d29b3276bbffa21b71af0dce64306d0dc63888b3a6b6",
     "Content-Type:9; 09\t/=;b=1\n"
     "User-Agent:\"Z,;\n"
     "Host:[::1]:8080\n"
     "Range:=\n"
     "My-Header:\t,c\n"
     "Range: =a1a+b;Z\n",
     "", "d8A63b7Bd5EFd2Ff+aeb08", UINT64_C(936364641000)},
    {"botocore, 11", "GET",
     "/.///?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=ASIAQxyz%2F20081003%2Flocal%2Fiotdevicegateway%2Faws4_request&X-Amz-Date=20081003T203648Z&X-Amz-Expires=416506&X-Amz-SignedHeaders=a%3Bcontent-type%3Bhost%3Bx-amz-mqtt5-correlation-data&X-Amz-Security-Token=%2Fb&X-Amz-Signature=a6961e3af7d0e68c8a6271107400a15f5f4b88a81cede318d746945ff3079738",
     "Host:localhost\n"
     "User-Agent:=c0X+\t 1\n"
     "X-Amz-Mqtt5-Correlation-Data:;++,;Z\"Z;+a\n"
     "a:0 a0c, X;b\n"
     "Content-Type:ZYb\n"
     "User-Agent:\n",
     "", "2c44Bfc1eA83cc8bA1+A+D+bcf145/f8", UINT64_C(1223066208000)},
    {"botocore, 12", "GET",
     "/.//%29%291/%60.%29%3C%3B/?9=&k=%E1%88%B4%5E%28&%3D%3C%25=%22&%2B%22=&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20170412%2Flocal%2Fiotdata%2Faws4_request&X-Amz-Date=20170412T152354Z&X-Amz-Expires=460370&X-Amz-SignedHeaders=host%3Bmy-header&X-Amz-Security-Token=ZZYaZ%3D%2F%3DZZZaaaYY%2BcacZYbaX%2FY%2BabY&X-Amz-Signature=79c85f552126d3319e3dc96f77b464bf8eedcef4c36beafd9a9422f8b4037fc2",
     "My-Header:=9X9YY/YX\n"
     "Host:localhost:8443\n"
     "My-Header:\t +ba\n",
     "", "3", UINT64_C(1492010634000)},
    {"botocore, 13", "DELETE",
     "/+/~x?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20390824%2Feu-west-1%2Fiotdevicegateway%2Faws4_request&X-Amz-Date=20390824T071000Z&X-Amz-Expires=37181&X-Amz-SignedHeaders=a%3Bcontent-type%3Bhost%3Brange&X-Amz-Signature=3000e11a91e6f5e5134b6212ec959cb98d8c7a6247927caa50015e7a91d144f9",
     "Range:=a+b\n"
     "Host:abc-ats.iot.eu-west-1.amazonaws.com\n"
     "Range:+\n"
     "Content-Type:\t9\"c/ZX\"/\n"
     "a:=;+ ;==ca1c1\n",
     "", "9c6aFe/98129F6cAbf33Cf692fA+CaB0", UINT64_C(2197782600000)},
    {"botocore, 14", "POST",
     "/./~x//%21/%2f?c=%209_&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20310918%2Fus-gov-west-1%2Fiotdevicegateway%2Faws4_request&X-Amz-Date=20310918T003657Z&X-Amz-Expires=136897&X-Amz-SignedHeaders=a%3Bhost%3Bmy-header%3Brange%3Bx-amz-mqtt5-correlation-data&X-Amz-Security-Token=bZXXbcYZXYY%2BaZX%2B%3Dc%2B%3DYbZ&X-Amz-Signature=c6a1440a8346c89139d8b94d65de794438e2582c3a781600a8e09cceaf073876",
     "Host:abc-ats.iot.eu-west-1.amazonaws.com\n"
     "My-Header:,\n"
     "Range:Z a\n"
     "a:0\" 1ZX+\t\n"
     "X-Amz-Mqtt5-Correlation-Data:+0;,Xb/b/\n",
     "", "E8+1f6Fefefa6b733406A6311CE35A", UINT64_C(1947458217000)},
    {"botocore, 15", "GET",
     "/.//a=b/a:b/.././?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20450412%2Flocal%2Fiotdata%2Faws4_request&X-Amz-Date=20450412T215433Z&X-Amz-Expires=156244&X-Amz-SignedHeaders=amz-sdk-invocation-id%3Bcontent-type%3Bhost%3Bmy-header%3Bx-amz-mqtt5-user-properties&X-Amz-Signature=6a9ad5e15cbc99c15f353908103c4f89847c39c13f5b506db1fb9f90b711c273",
     "My-Header:\t;1\"Za 9 X\n"
     "amz-sdk-invocation-id:Z\";a \n"
     "Host:[::1]:8080\n"
     "Content-Type: /;ZZ\n"
     "My-Header:Z\n"
     "x-amz-mqtt5-user-properties:\" /0\tXa\" +\n",
     "", "Ef42C/81dd0f0Aa673fd0ce+FeDFDb/Da1E", UINT64_C(2375646873000)},
    {"botocore, 16", "POST",
     "/a*'//./%2f/%29?k=%26&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20180917%2Fus-gov-west-1%2Fiotdata%2Faws4_request&X-Amz-Date=20180917T165757Z&X-Amz-Expires=22364&X-Amz-SignedHeaders=content-type%3Bhost%3Bmy-header%3Brange&X-Amz-Signature=b100da4e761b96ef3e1a4c76a15e4b152bdb2a93a96523120d4da43489af3fb1",
     "Host:localhost\n"
     "Range:ZY9/; ,ba\n"
     "My-Header:==Z\n"
     "User-Agent:\t\t, \n"
     "Content-Type:\n"
     "Range:Y ;  \n",
     "", "69b80BCe7dCB433af8ECcd426D544c3+1aC1e4D0", UINT64_C(1537203477000)},
};
/* clang-format on */

const size_t sigv4_sample_count = sizeof sigv4_samples / sizeof *sigv4_samples;
