#include <iostream>
#include <memory>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "audit_command.h"
#include "audit_evidence.h"
#include "field_flags.h"
#include "hearth/client/audit_proof.h"
#include "hearth/client/methods.h"
#include "hearth/v1/audit_service.pb.h"
#include "names.h"
#include "options.h"
#include "session.h"
#include "text.h"
#include "usage.h"

namespace hearth::cli {
namespace {

using Request = v1::GetAuditCheckpointRequest;
using Response = v1::GetAuditCheckpointResponse;

constexpr char kExamples[] =
    "  hearth audit checkpoint -o json > kept.json                  keep it where the server's owner cannot write\n"
    "  hearth audit checkpoint --kept-size 1200 --kept-root-hash 9f86d081… --keys audit-keys\n"
    "  hearth audit checkpoint --event-id 6f1c7b0e-7d1a-4b3e-9a55-0d9f2f6f8f10 --keys audit-keys\n"
    "The first proof is that nothing was changed in the log that was kept, the second that a row is in the log. They "
    "are "
    "verified\n"
    "here, and said to hold on standard error. Exit code 1: one does not hold.\n";

struct Flags {
  CLI::Option* directory;
  CLI::Option* kept_root_hash;
  CLI::Option* keys;
  std::unique_ptr<FieldFlags> fields;
};

absl::StatusOr<Request> RequestOf(const Settings& settings, const Flags& flags) {
  Request request;
  const std::string given = ValueOf(flags.directory);
  absl::StatusOr<std::string> directory = DirectoryName(given.empty() ? settings.directory : given);
  if (!directory.ok()) return directory.status();
  request.set_name(*directory);
  if (absl::Status status = flags.fields->Fill(settings.directory, nullptr, &request); !status.ok()) return status;
  if (flags.kept_root_hash->count() > 0 && request.kept_size() == 0) {
    return UsageError("--kept-root-hash is of a checkpoint: give its --kept-size, too.");
  }
  return request;
}

// Says on standard error what was verified. Fails as the first that does not hold.
absl::Status VerifyProofs(const Request& request, const Response& response, const Flags& flags) {
  const v1::AuditCheckpoint& newest = response.checkpoint();
  if (newest.directory() != request.name()) {
    return absl::DataLossError(absl::StrCat("The checkpoint is not of ", request.name(), "."));
  }
  if (flags.keys->count() > 0) {
    const auto keys = ReadAuditKeys(ValueOf(flags.keys));
    if (!keys.ok()) return keys.status();
    if (absl::Status status = client::VerifyCheckpoint(newest, *keys); !status.ok()) return status;
    std::cerr << "The checkpoint is signed by a key that is trusted.\n";
  }
  if (flags.kept_root_hash->count() > 0) {
    v1::AuditCheckpoint kept;
    kept.set_directory(request.name());
    kept.set_size(request.kept_size());
    kept.set_root_hash(ValueOf(flags.kept_root_hash));
    if (absl::Status status = client::VerifyConsistency(kept, newest, response.consistency()); !status.ok()) {
      return status;
    }
    std::cerr << "Its log begins with the " << kept.size() << " rows that were kept.\n";
  }
  if (!request.event_id().empty()) {
    const v1::AuditInclusion& inclusion = response.inclusion();
    if (absl::Status status = client::VerifyInclusion(inclusion, newest); !status.ok()) return status;
    std::cerr << "Its row " << inclusion.sequence() << " has the leaf " << Printable(inclusion.leaf_hash()) << ".\n";
  }
  const bool proved = flags.kept_root_hash->count() > 0 || !request.event_id().empty();
  if (proved && flags.keys->count() == 0) std::cerr << "Whether it is signed was not verified: give --keys.\n";
  return absl::OkStatus();
}

absl::Status Checkpoint(Session* session, const Flags& flags) {
  absl::StatusOr<Settings> settings = session->flags().Resolve();
  if (!settings.ok()) return settings.status();
  absl::StatusOr<Request> request = RequestOf(*settings, flags);
  if (!request.ok()) return request.status();
  absl::StatusOr<client::Client> client = session->Connect(*settings);
  if (!client.ok()) return client.status();
  Response response;
  absl::Status status = session->Invoke(*client, *client::MethodOf(*request->GetDescriptor()), *request, &response);
  if (!status.ok()) return status;
  // Also what proves nothing is printed: it is evidence.
  if (status = session->Print(response); !status.ok()) return status;
  std::cout.flush();
  return VerifyProofs(*request, response, flags);
}

}  // namespace

void AddAuditCheckpoint(Session* session) {
  auto flags = std::make_shared<Flags>();
  CLI::App* command =
      session->Command(session->NounOf("audit"), "checkpoint",
                       "show the newest signed head of the audit's tree, and verify what it proves; keep it outside",
                       kExamples, [session, flags] { return Checkpoint(session, *flags); });
  flags->directory = AddValue(command, "DIRECTORY", "", "the name, or the id alone");
  flags->fields = std::make_unique<FieldFlags>(command, *Request::descriptor(), std::set<std::string>{"name"});
  flags->kept_root_hash =
      AddValue(command, "--kept-root-hash", "HEX", "root_hash of the checkpoint of that size: verify the proof");
  flags->keys =
      AddValue(command, "--keys", "FILE",
               "public keys that are trusted, as `hearthd keys show-audit` prints them: verify the signature");
}

}  // namespace hearth::cli
