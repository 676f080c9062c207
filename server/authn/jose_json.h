// The encodings of JOSE, read strictly: one text has one meaning, for us and for every other reader (RFC
// 8725, 3.4).
#pragma once

#include <jansson.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace hearth {

struct JsonRelease {
  void operator()(json_t* json) const { json_decref(json); }
};
using JsonPtr = std::unique_ptr<json_t, JsonRelease>;

// The bytes of base64url text without padding (RFC 7515, 2); nullopt for any other character, for a length
// that no bytes have, and when the bits beyond the last byte are not zero.
std::optional<std::string> DecodeBase64Url(std::string_view text);

// Reads exactly one JSON object (RFC 8259): nullptr when the text is anything else, is not UTF-8, or has an
// object in which a name stands twice.
JsonPtr ParseJsonObject(std::string_view text);

// The text of a member; nullopt when the object has no member of that name or it is not a text. Valid while
// `object` lives.
std::optional<std::string_view> TextMember(const json_t* object, const char* name);

}  // namespace hearth
