#include <algorithm>
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "hearth/client/methods.h"
#include "hearth/v1/directory_service.pb.h"
#include "names.h"
#include "options.h"
#include "tool_commands.h"
#include "usage.h"

namespace hearth::cli {
namespace {

constexpr char kExamples[] =
    "  hearth service-account rotate sign-in --add spiffe://forthcoffee.com/sign-in-2       both are accepted\n"
    "  hearth service-account rotate sign-in --remove spiffe://forthcoffee.com/sign-in      once nobody shows it any "
    "more\n"
    "A new certificate of the same name needs no rotation here. Tokens rotate with the keys of their issuer: hearth "
    "issuer update.\n";

struct Flags {
  CLI::Option* account;
  CLI::Option* add;
  CLI::Option* remove;
};

std::vector<std::string> IdentitiesIn(const CLI::Option* option) {
  return absl::StrSplit(ValueOf(option), ',', absl::SkipEmpty());
}

// The identities after the step. Both steps in one would refuse every instance that still shows the old one.
absl::StatusOr<std::vector<std::string>> Rotated(const v1::ServiceAccount& account, const std::vector<std::string>& add,
                                                 const std::vector<std::string>& remove) {
  const auto& present = account.certificate_identities();
  std::vector<std::string> identities(present.begin(), present.end());
  for (const std::string& identity : add) {
    if (std::find(identities.begin(), identities.end(), identity) == identities.end()) identities.push_back(identity);
  }
  for (const std::string& identity : remove) {
    const auto found = std::find(identities.begin(), identities.end(), identity);
    if (found == identities.end()) {
      return UsageError(absl::StrCat("It has no identity ", identity, "."),
                        absl::StrCat("It has: ", absl::StrJoin(identities, ", ")));
    }
    identities.erase(found);
  }
  if (identities.empty()) {
    return UsageError("No identity would be left, and the service could not call.", "Add the new one first: --add.");
  }
  return identities;
}

absl::Status Run(Session* session, const Flags& flags) {
  const std::vector<std::string> add = IdentitiesIn(flags.add), remove = IdentitiesIn(flags.remove);
  if (add.empty() == remove.empty()) {
    return UsageError("Give --add or --remove.",
                      "First add the new identity; remove the old one when nobody shows it any more.");
  }
  absl::StatusOr<Settings> settings = session->flags().Resolve();
  if (!settings.ok()) return settings.status();
  absl::StatusOr<std::string> name =
      FullName(v1::FORMAT_SERVICE_ACCOUNT_NAME, ValueOf(flags.account), settings->directory);
  if (!name.ok()) return name.status();
  absl::StatusOr<client::Client> client = session->Connect(*settings);
  if (!client.ok()) return client.status();

  v1::GetServiceAccountRequest get;
  v1::GetServiceAccountResponse now;
  get.set_name(*name);
  if (absl::Status status = session->Invoke(*client, *client::FindMethod("GetServiceAccount"), get, &now);
      !status.ok()) {
    return status;
  }
  absl::StatusOr<std::vector<std::string>> identities = Rotated(now.service_account(), add, remove);
  if (!identities.ok()) return identities.status();
  v1::UpdateServiceAccountRequest update;
  v1::UpdateServiceAccountResponse updated;
  update.mutable_service_account()->set_name(*name);
  update.mutable_service_account()->set_etag(now.service_account().etag());
  for (const std::string& identity : *identities) {
    update.mutable_service_account()->add_certificate_identities(identity);
  }
  update.mutable_update_mask()->add_paths("certificate_identities");
  absl::Status status = session->Invoke(*client, *client::FindMethod("UpdateServiceAccount"), update, &updated);
  if (!status.ok()) return status;
  return session->Print(
      updated, add.empty() ? "" : "\nAll of these are accepted. When nobody shows the old one any more: --remove.\n");
}

}  // namespace

void AddRotate(Session* session) {
  auto flags = std::make_shared<Flags>();
  CLI::App* command =
      session->Command(session->NounOf("service-account"), "rotate",
                       "replace what a service's certificates call it, in two steps, without a refused call", kExamples,
                       [session, flags] { return Run(session, *flags); });
  flags->account = AddValue(command, "SERVICE_ACCOUNT", "", "the name, or the id alone")->required();
  flags->add =
      AddValue(command, "--add", "IDENTITY", "a SPIFFE ID or DNS name to accept besides; separate several with commas");
  flags->remove = AddValue(command, "--remove", "IDENTITY", "one to accept no longer; separate several with commas");
}

}  // namespace hearth::cli
