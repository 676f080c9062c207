#include <iostream>
#include <memory>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "audit_command.h"
#include "enums.h"
#include "google/protobuf/util/time_util.h"
#include "hearth/client/error.h"
#include "hearth/client/follow.h"
#include "hearth/v1/audit_service.pb.h"
#include "interrupts.h"
#include "kept_files.h"
#include "names.h"
#include "options.h"
#include "render.h"
#include "session.h"
#include "text.h"
#include "token_text.h"
#include "usage.h"

namespace hearth::cli {
namespace {

constexpr char kExamples[] =
    "  hearth events listen                                          what happens from now on\n"
    "  hearth events listen --type sessions_revoked,account_disabled\n"
    "  hearth events listen --from-oldest --resume-file place -o json | ./end-sessions\n"
    "  hearth events listen --checkpoints heads.jsonl                keeps what `hearth audit verify` checks with\n"
    "  hearth events listen --receiver inside                        the Security Event Tokens of a receiver that "
    "asks\n"
    "  hearth events listen --receiver inside --format set           as they are signed\n"
    "Goes on until it is interrupted, also when the server restarts. With --resume-file it keeps in that file where it "
    "is,\n"
    "and begins there: nothing is left out, though some may come again, under its own event_id. Tokens of a receiver "
    "are "
    "acknowledged\n"
    "once they are printed; only the receiver's service account may ask for them.\n";
constexpr char kSet[] = "set";

struct Flags {
  CLI::Option* types;
  CLI::Option* resume_file;
  CLI::Option* checkpoints;
  CLI::Option* from_oldest;
  CLI::Option* receiver;
  CLI::Option* format;
};

std::string Line(const v1::Event& event) {
  return absl::StrCat(google::protobuf::util::TimeUtil::ToString(event.create_time()), "  ",
                      EnumText(*v1::EventType_descriptor()->FindValueByNumber(event.type())), "  ",
                      Printable(event.user()), "  ", Printable(event.user_principal_name()), "\n");
}

client::FollowOptions Following(const Session& session) {
  client::FollowOptions options;
  options.call = session.call_options();
  options.broke_off = [](const absl::Status& status) {
    const client::Error error = client::Error::From(status);
    std::cerr << "The stream broke off (" << Printable(error.reason.empty() ? error.message : error.reason)
              << "); again.\n";
  };
  return options;
}

absl::Status Written() {
  std::cout.flush();
  return std::cout ? absl::OkStatus() : absl::UnknownError("Cannot write the output.");
}

absl::StatusOr<v1::WatchEventsRequest> RequestOf(const Settings& settings, const Flags& flags) {
  v1::WatchEventsRequest request;
  absl::StatusOr<std::string> parent = DirectoryName(settings.directory);
  if (!parent.ok()) return parent.status();
  request.set_parent(*parent);
  request.set_from_oldest(flags.from_oldest->count() > 0);
  for (const std::string& type : flags.types->results()) {
    absl::StatusOr<int> number = ParseEnum(*v1::EventType_descriptor(), type);
    if (!number.ok()) return number.status();
    request.add_types(static_cast<v1::EventType>(*number));
  }
  return request;
}

absl::Status ListenToStream(Session* session, const Settings& settings, const client::Client& client,
                            const Flags& flags) {
  absl::StatusOr<v1::WatchEventsRequest> request = RequestOf(settings, flags);
  if (!request.ok()) return request.status();
  PlaceFile place(ValueOf(flags.resume_file));
  CheckpointFile checkpoints(ValueOf(flags.checkpoints));
  request->set_resume_token(place.Read());
  // Before anything is printed that could not be kept account of.
  if (absl::Status status = place.Write(request->resume_token()); !status.ok()) return status;
  if (absl::Status status = checkpoints.Open(); !status.ok()) return status;
  absl::Status kept;
  const auto each = [&](const v1::WatchEventsResponse& response) {
    for (const v1::Event& event : response.events()) {
      std::cout << (session->flags().json() ? JsonLine(event).value_or("") : Line(event));
    }
    // What was printed is worked off; first the output, then the place.
    kept = Written();
    if (kept.ok() && response.has_checkpoint()) kept = checkpoints.Append(response.checkpoint());
    if (kept.ok()) kept = place.Write(response.resume_token());
    return kept.ok();
  };
  const CallRunning running;
  const absl::Status status = client::FollowEvents(client, *request, each, Following(*session));
  return kept.ok() ? status : kept;
}

absl::Status ListenToReceiver(Session* session, const Settings& settings, const client::Client& client,
                              const Flags& flags) {
  absl::StatusOr<std::string> name =
      FullName(v1::FORMAT_EVENT_RECEIVER_NAME, ValueOf(flags.receiver), settings.directory);
  if (!name.ok()) return name.status();
  v1::PollEventsRequest request;
  request.set_name(*name);
  const bool as_signed = ValueOf(flags.format) == kSet;
  absl::Status kept;
  const auto each = [&](const v1::EventToken& token) {
    if (as_signed) {
      std::cout << Printable(token.jws()) << '\n';
    } else {
      std::cout << (session->flags().json() ? TokenClaims(token.jws()) : TokenLine(token.jws())) << '\n';
    }
    kept = Written();
    return kept.ok();
  };
  const CallRunning running;
  const absl::Status status = client::FollowTokens(client, request, each, Following(*session));
  return kept.ok() ? status : kept;
}

absl::Status Listen(Session* session, const Flags& flags) {
  if (flags.format->count() > 0 && flags.receiver->count() == 0) {
    return UsageError("--format is about the tokens of a receiver.", "Name it: --receiver RECEIVER");
  }
  absl::StatusOr<Settings> settings = session->flags().Resolve();
  if (!settings.ok()) return settings.status();
  absl::StatusOr<client::Client> client = session->Connect(*settings);
  if (!client.ok()) return client.status();
  return flags.receiver->count() > 0 ? ListenToReceiver(session, *settings, *client, flags)
                                     : ListenToStream(session, *settings, *client, flags);
}

}  // namespace

void AddEventsListen(Session* session) {
  auto flags = std::make_shared<Flags>();
  CLI::App* command =
      session->Command(session->NounOf("events"), "listen", "print what happens to people, as it happens", kExamples,
                       [session, flags] { return Listen(session, *flags); });
  flags->types =
      AddValues(command, "--type", "TYPE", "only these types; repeat, or separate with commas (default: all)");
  flags->resume_file = AddValue(command, "--resume-file", "FILE", "keep the place in this file, and begin there");
  flags->checkpoints =
      AddValue(command, "--checkpoints", "FILE", "append the signed heads of the audit that come along, a line each");
  flags->from_oldest = AddSwitch(command, "--from-oldest", "begin with the oldest event that is kept");
  flags->receiver = AddValue(command, "--receiver", "RECEIVER", "instead, the tokens of this receiver, which asks");
  for (CLI::Option* option : {flags->types, flags->resume_file, flags->checkpoints, flags->from_oldest}) {
    flags->receiver->excludes(option);
  }
  flags->format = AddValue(command, "--format", "FORM",
                           "of tokens: claims, what they say (default; -o json: all of it), or set, as they are signed")
                      ->check(CLI::IsMember({"claims", kSet}));
}

}  // namespace hearth::cli
