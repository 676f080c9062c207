#include <cstdio>
#include <fstream>
#include <iostream>
#include <memory>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "audit_command.h"
#include "enums.h"
#include "google/protobuf/util/time_util.h"
#include "hearth/client/error.h"
#include "hearth/client/methods.h"
#include "hearth/v1/audit_service.pb.h"
#include "names.h"
#include "options.h"
#include "render.h"
#include "session.h"
#include "text.h"
#include "usage.h"

namespace hearth::cli {
namespace {

constexpr char kExamples[] =
    "  hearth events listen                                          what happens from now on\n"
    "  hearth events listen --type sessions_revoked,account_disabled\n"
    "  hearth events listen --from-oldest --resume-file place -o json | ./end-sessions\n"
    "Goes on until it is interrupted, also when the server restarts. With --resume-file it keeps in that file where it "
    "is,\n"
    "and begins there: nothing is left out, though some may come again, under its own event_id.\n";
constexpr absl::Duration kAfterFailure = absl::Seconds(1);

struct Flags {
  CLI::Option* types;
  CLI::Option* resume_file;
  CLI::Option* from_oldest;
};

std::string ReadPlace(const std::string& path) {
  std::ifstream file(path);
  std::string place;
  std::getline(file, place);
  return place;
}

// Replaces the file at once, so that it is never seen half written.
bool WritePlace(const std::string& path, const std::string& place) {
  if (path.empty()) return true;
  const std::string fresh = path + ".new";
  std::ofstream file(fresh, std::ios::trunc);
  file << place << '\n';
  file.close();
  return file && std::rename(fresh.c_str(), path.c_str()) == 0;
}

std::string Line(const v1::Event& event) {
  return absl::StrCat(google::protobuf::util::TimeUtil::ToString(event.create_time()), "  ",
                      EnumText(*v1::EventType_descriptor()->FindValueByNumber(event.type())), "  ",
                      Printable(event.user()), "  ", Printable(event.user_principal_name()), "\n");
}

// Failures after which the stream is opened again.
bool GoesOn(const absl::Status& status) {
  return status.ok() || absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) ||
         absl::IsResourceExhausted(status);
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
  if (flags.resume_file->count() > 0) request.set_resume_token(ReadPlace(ValueOf(flags.resume_file)));
  return request;
}

absl::Status Listen(Session* session, const Flags& flags) {
  absl::StatusOr<Settings> settings = session->flags().Resolve();
  if (!settings.ok()) return settings.status();
  absl::StatusOr<v1::WatchEventsRequest> request = RequestOf(*settings, flags);
  if (!request.ok()) return request.status();
  absl::StatusOr<client::Client> client = session->Connect(*settings);
  if (!client.ok()) return client.status();
  const bool json = session->flags().json();
  const std::string place = ValueOf(flags.resume_file);
  while (true) {
    v1::WatchEventsResponse response;
    bool written = true;
    const auto each = [&] {
      for (const v1::Event& event : response.events()) {
        std::cout << (json ? JsonLine(event).value_or("") : Line(event));
      }
      std::cout.flush();
      // What was printed is worked off; first the output, then the place.
      written = static_cast<bool>(std::cout) && WritePlace(place, response.resume_token());
      request->set_resume_token(response.resume_token());
      return written;
    };
    const absl::Status status =
        session->InvokeStreaming(*client, *client::MethodOf(*request->GetDescriptor()), *request, &response, each);
    if (!written) return absl::UnknownError("Cannot write the output.");
    if (!GoesOn(status)) return status;
    if (!status.ok()) {
      std::cerr << "The stream broke off (" << client::Error::From(status).reason << "); again.\n";
      absl::SleepFor(kAfterFailure);
    }
  }
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
  flags->from_oldest = AddSwitch(command, "--from-oldest", "begin with the oldest event that is kept");
}

}  // namespace hearth::cli
