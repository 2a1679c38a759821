/* The keys that conditions may test and that policy variables may stand for.
 *
 * SPDX-License-Identifier: MIT
 */
#include "policy/vocabulary.h"

#include "base/span.h"

static const char *const whole_keys[] = {
    "iot:Topic",
    "iot:ClientId",
    "iot:DomainName",
    "iot:IncludeSocketInformation",
    "iot:Connection.Thing.ThingName",
    "iot:Connection.Thing.ThingTypeName",
    "iot:Connection.Thing.IsAttached",
    "iot:CertificateId",
    "iot:Certificate.SerialNumber",
    "iot:Certificate.AvailableKeys",
    "aws:CurrentTime",
    "aws:EpochTime",
    "aws:MultiFactorAuthAge",
    "aws:MultiFactorAuthPresent",
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalType",
    "aws:RequestedRegion",
    "aws:SecureTransport",
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceIp",
    "aws:TokenIssueTime",
    "aws:UserAgent",
    "aws:userid",
    "aws:username",
};

/* Of "iot:Certificate.Subject." and "iot:Certificate.Issuer.". */
static const char *const certificate_attributes[] = {
    "DistinguishedNameQualifier",
    "Country",
    "Organization",
    "OrganizationalUnit",
    "State",
    "CommonName",
    "SerialNumber",
    "Title",
    "Surname",
    "GivenName",
    "Initials",
    "Pseudonym",
    "GenerationQualifier",
    "AlternativeName.RFC822Name",
    "AlternativeName.DNSName",
    "AlternativeName.DirectoryName",
    "AlternativeName.UniformResourceIdentifier",
    "AlternativeName.IPAddress",
};

/* Takes a prefix, written in any case. */
static bool take(dm_span *text, dm_span prefix) {
  if (text->len < prefix.len ||
      !dmi_span_equal_ignoring_case(dmi_span_head(*text, prefix.len), prefix))
    return false;
  *text = dmi_span_tail(*text, prefix.len);
  return true;
}

static bool listed(const char *const *names, size_t count, dm_span name) {
  for (size_t i = 0; i < count; i++)
    if (dmi_span_equal_ignoring_case(dm_text(names[i]), name))
      return true;
  return false;
}

/* Without the ".1" of the second value or the ".List" of all; as it was without either. */
static dm_span without_index(dm_span attribute) {
  size_t dot = attribute.len;
  while (dot > 0 && attribute.ptr[dot - 1] != '.')
    dot--;
  if (dot == 0)
    return attribute;
  dm_span index = dmi_span_tail(attribute, dot);
  uint64_t number;
  bool plain = index.len == 1 || (index.len > 1 && index.ptr[0] != '0');
  if ((plain && dmi_span_decimal(index, UINT32_MAX, &number)) ||
      dmi_span_equal_ignoring_case(index, SPAN("List")))
    return dmi_span_head(attribute, dot - 1);
  return attribute;
}

static bool certificate_key(dm_span key) {
  return take(&key, SPAN("iot:Certificate.")) &&
         (take(&key, SPAN("Subject.")) || take(&key, SPAN("Issuer."))) &&
         listed(certificate_attributes, sizeof certificate_attributes / sizeof(char *),
                without_index(key));
}

/* iot:Connection.Thing.Attributes[name] */
static bool thing_attribute(dm_span key) {
  return take(&key, SPAN("iot:Connection.Thing.Attributes[")) && key.len > 1 &&
         dmi_span_find(key, ']') == key.len - 1;
}

/* aws:PrincipalTag/name */
static bool principal_tag(dm_span key) {
  return take(&key, SPAN("aws:PrincipalTag/")) && key.len > 0;
}

bool dmi_vocabulary_knows(dm_span key) {
  return listed(whole_keys, sizeof whole_keys / sizeof *whole_keys, key) || certificate_key(key) ||
         thing_attribute(key) || principal_tag(key);
}
