#include "import_file.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "csv.h"
#include "usage.h"

namespace hearth::cli {
namespace {

using Json = nlohmann::json;

// The value at a path of names, as text; empty when there is none.
std::string At(const Json& object, std::initializer_list<const char*> path) {
  const Json* at = &object;
  for (const char* name : path) {
    if (!at->is_object() || !at->contains(name)) return "";
    at = &(*at)[name];
  }
  return at->is_string() ? at->get<std::string>() : "";
}

// The first of some texts that looks like a principal name, or else the first that is there.
std::string NameAmong(const std::vector<std::string>& texts) {
  for (const std::string& text : texts) {
    if (absl::StrContains(text, "@")) return text;
  }
  for (const std::string& text : texts) {
    if (!text.empty()) return text;
  }
  return "";
}

// Of rows that have both names of ours: the principal name, in whatever order they stand.
const std::string& OurName(const std::string& user_principal_name, const std::string& name) {
  return user_principal_name.empty() ? name : user_principal_name;
}

constexpr char kMustChange[] = "require_change_at_next_sign_in";

// What people write for yes and no; nullopt for all else, which must not be taken for no.
std::optional<bool> Truth(absl::string_view text) {
  const std::string word = absl::AsciiStrToLower(absl::StripAsciiWhitespace(text));
  if (word == "true" || word == "yes" || word == "1") return true;
  if (word == "false" || word == "no" || word == "0" || word.empty()) return false;
  return std::nullopt;
}

// The mistake with its place.
absl::Status AtRow(const char* what, int row, const absl::Status& wrong) {
  return UsageError(absl::StrCat(what, " ", row, ": ", wrong.message()), NextOf(wrong));
}

absl::Status NoTruth() { return UsageError(absl::StrCat(kMustChange, " must be true or false.")); }

std::string KeycloakHash(const Json& user) {
  if (!user.is_object() || !user.contains("credentials") || !user["credentials"].is_array()) return "";
  for (const Json& credential : user["credentials"]) {
    if (At(credential, {"type"}) == "password" && credential.contains("secretData")) {
      return Json{{"secretData", credential["secretData"]},
                  {"credentialData", credential.value("credentialData", Json())}}
          .dump();
    }
  }
  return "";
}

absl::StatusOr<ImportRow> OfKeycloak(const Json& user, const FirebaseParameters&) {
  return ImportRow{0, NameAmong({At(user, {"username"}), At(user, {"email"})}), KeycloakHash(user)};
}

// What a person signs in with at Kratos and looks like a principal name, or nothing. Traits are named by a schema of the operator's own.
std::string KratosIdentifier(const Json& identity) {
  const Json::json_pointer identifiers("/credentials/password/identifiers");
  if (!identity.is_object() || !identity.contains(identifiers)) return "";
  for (const Json& identifier : identity[identifiers]) {
    const std::string text = identifier.is_string() ? identifier.get<std::string>() : "";
    if (absl::StrContains(text, "@")) return text;
  }
  return "";
}

absl::StatusOr<ImportRow> OfKratos(const Json& identity, const FirebaseParameters&) {
  return ImportRow{
      0,
      NameAmong({At(identity, {"traits", "email"}), At(identity, {"traits", "username"}), KratosIdentifier(identity)}),
      At(identity, {"credentials", "password", "config", "hashed_password"})};
}

absl::StatusOr<ImportRow> OfZitadel(const Json& human, const FirebaseParameters&) {
  const Json& user = human.is_object() && human.contains("user") ? human["user"] : human;
  const std::string name = NameAmong({At(user, {"userName"}), At(user, {"username"}), At(user, {"email", "email"})});
  for (const char* field : {"value", "hash"}) {
    const std::string hash = At(user, {"hashedPassword", field});
    if (!hash.empty()) return ImportRow{0, name, hash};
  }
  return ImportRow{0, name, At(user, {"hashedPassword"})};
}

absl::StatusOr<ImportRow> OfFirebase(const Json& user, const FirebaseParameters& firebase) {
  const std::string hash = At(user, {"passwordHash"});
  if (hash.empty()) return ImportRow{0, At(user, {"email"}), ""};
  return ImportRow{0, At(user, {"email"}),
                   absl::StrCat("$firescrypt$ln=", firebase.memory_cost, ",r=", firebase.rounds, ",p=1$",
                                At(user, {"salt"}), "$", hash, "$", firebase.salt_separator, "$", firebase.signer_key)};
}

absl::StatusOr<ImportRow> OfOurs(const Json& row, const FirebaseParameters&) {
  ImportRow ours{0, OurName(At(row, {"user_principal_name"}), At(row, {"name"})), At(row, {"password_hash"})};
  if (!row.is_object() || !row.contains(kMustChange) || row[kMustChange].is_null()) return ours;
  const Json& value = row[kMustChange];
  const auto must_change = value.is_boolean() ? std::optional(value.get<bool>())
                                              : Truth(value.is_string() ? value.get<std::string>() : value.dump());
  if (!must_change.has_value()) return NoTruth();
  ours.must_change = *must_change;
  return ours;
}

using Reader = absl::StatusOr<ImportRow> (*)(const Json&, const FirebaseParameters&);

const std::map<std::string, Reader>& Readers() {
  static const auto* const readers = new std::map<std::string, Reader>{{"jsonl", &OfOurs},
                                                                       {"keycloak", &OfKeycloak},
                                                                       {"kratos", &OfKratos},
                                                                       {"zitadel", &OfZitadel},
                                                                       {"firebase", &OfFirebase}};
  return *readers;
}

void Append(const Json& array, std::vector<Json>& people) {
  if (array.is_array()) people.insert(people.end(), array.begin(), array.end());
}

// The people of a file: an array, an object that holds one, or an object a line.
absl::StatusOr<std::vector<Json>> People(const std::string& text) {
  std::vector<Json> people;
  const Json all = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!all.is_discarded()) {
    Append(all, people);
    if (!all.is_object()) return people;
    for (const char* name : {"users", "identities"}) Append(all.value(name, Json()), people);
    for (const Json& organisation : all.value("orgs", Json::array())) {
      if (organisation.is_object()) Append(organisation.value("humanUsers", Json()), people);
    }
    if (people.empty()) people.push_back(all);
    return people;
  }
  std::istringstream lines(text);
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    people.push_back(Json::parse(line, nullptr, /*allow_exceptions=*/false));
    if (!people.back().is_object()) return UsageError(absl::StrCat("Line ", number, ": is no JSON object."));
  }
  return people;
}

absl::StatusOr<std::vector<ImportRow>> ReadCsv(const std::string& text) {
  absl::StatusOr<std::vector<CsvRecord>> records = ParseCsv(text);
  if (!records.ok()) return records.status();
  if (records->empty()) return UsageError("The file is empty.");
  const std::vector<std::string>& heading = records->front().fields;
  const auto column = [&heading](const char* name) {
    return static_cast<size_t>(std::find(heading.begin(), heading.end(), name) - heading.begin());
  };
  const size_t principal_name = column("user_principal_name"), name = column("name");
  const size_t hash = column("password_hash"), must_change = column(kMustChange);
  if (std::min(principal_name, name) == heading.size() || hash == heading.size()) {
    return UsageError("The first line names no columns user_principal_name (or name) and password_hash.");
  }
  std::vector<ImportRow> rows;
  for (auto record = std::next(records->begin()); record != records->end(); ++record) {
    if (record->fields.size() != heading.size()) {
      return UsageError(absl::StrCat("Line ", record->line, ": has ", record->fields.size(), " columns instead of ",
                                     heading.size(), "."));
    }
    const auto cell = [&](size_t at) { return at < heading.size() ? record->fields[at] : std::string(); };
    const std::optional<bool> change = Truth(cell(must_change));
    if (!change.has_value()) return AtRow("Line", record->line, NoTruth());
    rows.push_back({record->line, OurName(cell(principal_name), cell(name)), cell(hash), *change});
  }
  return rows;
}

}  // namespace

const std::vector<std::string>& ImportSources() {
  static const auto* const sources =
      new std::vector<std::string>{"csv", "jsonl", "firebase", "keycloak", "kratos", "zitadel"};
  return *sources;
}

absl::StatusOr<std::vector<ImportRow>> ReadImport(const std::string& text, const std::string& from,
                                                  const FirebaseParameters& firebase) {
  std::vector<ImportRow> rows;
  if (from == "csv") {
    absl::StatusOr<std::vector<ImportRow>> read = ReadCsv(text);
    if (!read.ok()) return read.status();
    rows = *std::move(read);
  } else {
    absl::StatusOr<std::vector<Json>> people = People(text);
    if (!people.ok()) return people.status();
    for (size_t i = 0; i < people->size(); ++i) {
      const int row = static_cast<int>(i) + 1;
      absl::StatusOr<ImportRow> read = Readers().at(from)((*people)[i], firebase);
      if (!read.ok()) return AtRow("Row", row, read.status());
      rows.push_back(*std::move(read));
      rows.back().row = row;
    }
  }
  if (std::all_of(rows.begin(), rows.end(),
                  [](const ImportRow& row) { return row.person.empty() || row.hash.empty(); })) {
    return UsageError("The file holds no password hashes.", "See hearth import --help for --from.");
  }
  return rows;
}

}  // namespace hearth::cli
