#include "token_text.h"

#include <nlohmann/json.hpp>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "text.h"

namespace hearth::cli {
namespace {

using nlohmann::json;

// Discarded when it is no token.
json Parse(const std::string& jws) {
  const std::vector<std::string> parts = absl::StrSplit(jws, '.');
  std::string claims;
  if (parts.size() != 3 || !absl::WebSafeBase64Unescape(parts[1], &claims)) return json(json::value_t::discarded);
  return json::parse(claims, /*cb=*/nullptr, /*allow_exceptions=*/false);
}

// A member of an object; null when there is none.
json Member(const json& object, const std::string& name) {
  return object.is_object() && object.contains(name) ? object[name] : json();
}

std::string TextOf(const json& value) { return value.is_string() ? value.get<std::string>() : ""; }

// The person, or what else the token is about (RFC 9493).
std::string SubjectOf(const json& claims) {
  json subject = Member(claims, "sub_id");
  if (json user = Member(subject, "user"); user.is_object()) subject = std::move(user);
  const std::string id = TextOf(Member(subject, "id"));
  return id.empty() ? TextOf(Member(subject, "email")) : id;
}

}  // namespace

std::string TokenClaims(const std::string& jws) {
  const json claims = Parse(jws);
  // ASCII: all that could steer a terminal is escaped.
  return claims.is_object() ? claims.dump(-1, ' ', /*ensure_ascii=*/true, json::error_handler_t::replace) : "";
}

std::string TokenLine(const std::string& jws) {
  const json claims = Parse(jws);
  const json events = Member(claims, "events");
  if (!events.is_object() || events.empty()) return "no Security Event Token";
  const std::string uri = events.begin().key();
  json seconds = Member(events.begin().value(), "event_timestamp");
  if (!seconds.is_number()) seconds = Member(claims, "iat");
  const absl::Time time = absl::FromUnixSeconds(seconds.is_number() ? seconds.get<int64_t>() : 0);
  return absl::StrCat(absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone()), "  ",
                      Printable(uri.substr(uri.rfind('/') + 1)), "  ", Printable(SubjectOf(claims)));
}

}  // namespace hearth::cli
