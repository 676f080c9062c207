// Gives people reset tokens, as the relay does when somebody asks for a reset, without the mails that carry them: what CompleteReset is measured with.
// Prints a token a line, one for each person.
#include <sodium.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "server/base/error.h"
#include "server/base/keyring.h"
#include "server/credential/credential_store.h"
#include "server/directory/user_store.h"
#include "server/reset/reset_keys.h"
#include "server/reset/token_store.h"
#include "server/storage/database.h"

namespace hearth {
namespace {

constexpr int kBatch = 100;
constexpr absl::Duration kLifetime = absl::Hours(2), kPatience = absl::Seconds(60);

struct Options {
  std::string database, keys_file, directory = "forthcoffee", person = "user";
  int first = 0, count = 1;
};

// Mints for the people from number `begin` to before `end`; their tokens, in that order.
absl::StatusOr<std::vector<std::string>> Mint(Database& database, const ResetKeys& keys, const Options& options,
                                              int begin, int end) {
  std::vector<std::string> tokens;
  const absl::Status status = database.Write({options.directory}, absl::Now() + kPatience, [&](Tx& tx) -> absl::Status {
    tokens.clear();
    for (int i = begin; i < end; ++i) {
      const std::string id = absl::StrCat(options.person, i);
      const std::optional<User> user = FindUser(tx, options.directory, id);
      if (!user.has_value()) return absl::NotFoundError(absl::StrCat("there is no ", id));
      const Secret token = ResetKeys::NewToken();
      NewResetToken row;
      row.directory = options.directory;
      row.user = id;
      row.link_digest = keys.OfLink(options.directory, token.Expose());
      row.person_digest = keys.OfState(*user, FindCredentialVersion(tx, options.directory, id));
      row.link_lifetime = kLifetime;
      PutResetToken(tx, row);
      tokens.emplace_back(token.Expose());
    }
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return tokens;
}

int Run(const Options& options) {
  const auto keyring = Keyring::Load(options.keys_file);
  if (!keyring.ok()) return std::cerr << keyring.status().message() << '\n', 1;
  const ResetKeys keys(*keyring);
  Database database({.conninfo = options.database, .connections = 1});
  const int end = options.first + options.count;
  for (int begin = options.first; begin < end; begin += kBatch) {
    const auto tokens = Mint(database, keys, options, begin, std::min(end, begin + kBatch));
    if (!tokens.ok()) return std::cerr << tokens.status().message() << '\n', 1;
    for (const std::string& token : *tokens) std::cout << token << '\n';
  }
  return 0;
}

}  // namespace
}  // namespace hearth

int main(int argc, char** argv) {
  CLI::App app("Gives people reset tokens.");
  hearth::Options options;
  app.add_option("--database", options.database, "conninfo of the application's role")->required();
  app.add_option("--keys-file", options.keys_file)->required();
  app.add_option("--directory", options.directory)->capture_default_str();
  app.add_option("--person", options.person, "What comes before the number in a person's id")->capture_default_str();
  app.add_option("--first", options.first, "Number of the first person")->capture_default_str();
  app.add_option("--count", options.count)->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  if (sodium_init() < 0) return 1;
  return hearth::Run(options);
}
