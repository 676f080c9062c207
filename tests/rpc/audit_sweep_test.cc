// Every method that is recorded, one by one: what cannot be recorded does not happen, what happens is recorded under the id that the caller gets, and what
// is done about a guest is recorded where the guest is at home, too.
#include <google/protobuf/text_format.h>

#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "hearth/v1/request_reset_service.grpc.pb.h"
#include "server/base/ids.h"
#include "server/directory/bootstrap.h"
#include "tests/rpc/contract_calls.h"
#include "tests/rpc/deeds.h"
#include "tests/rpc/raw_call.h"
#include "tests/support/mailbox.h"
#include "tests/support/postgres_cluster.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_server.h"

namespace hearth::test {
namespace {

using google::protobuf::MethodDescriptor;
using Requests = v1::RequestResetService::Stub;

constexpr char kPassword[] = "a sentence that nobody guesses";

// People for each deed, of whom nothing else is told.
constexpr char kPeople[] =
    "SET hearth.directories = '{forthcoffee,contoso,platform}';"
    "INSERT INTO hearth.users (directory_id, user_id, user_principal_name, display_name, user_type, home_directory_id)"
    " VALUES ('{d}', 'u-{n}', 'u-{n}@{D}', 'A member', 1, '{d}'), ('{d}', 'm-{n}', 'm-{n}@{D}', 'Who travels', 1, "
    "'{d}'),"
    " ('{o}', 'g-{n}', 'g-{n}@{O}', 'Who is a guest', 1, '{o}'), ('{o}', 'h-{n}', 'h-{n}@{O}', 'Who stays', 1, '{o}');"
    "INSERT INTO hearth.users (directory_id, user_id, user_principal_name, display_name, user_type, home_directory_id,"
    " invitation_state, home_identity)"
    " SELECT CASE directory_id WHEN '{d}' THEN '{o}' ELSE '{d}' END, user_id, user_principal_name, 'A guest', 2,"
    " directory_id, 2, identity FROM hearth.users WHERE user_id IN ('g-{n}', 'm-{n}');"
    "INSERT INTO hearth.users (directory_id, user_id, user_principal_name, display_name, user_type, home_directory_id,"
    " invitation_state) VALUES ('{d}', 'p-{n}', 'p-{n}@{O}', 'A guest to be', 2, '{o}', 1)";

// All tables as they are, but those that the server's own threads move things through (the sealed log, and events on their way), and the counts of attempts
// at passwords and codes: an attempt is counted before it is made, whatever becomes of it.
constexpr char kState[] =
    "SELECT tablename, md5(query_to_xml(format('SELECT t::text AS row FROM hearth.%I t ORDER BY 1', tablename), true,"
    " false, '')::text) FROM pg_tables WHERE schemaname = 'hearth' AND tablename NOT IN ('audit_unsealed', "
    "'audit_leaves',"
    " 'audit_nodes', 'audit_trees', 'audit_heads', 'events', 'event_queue', 'event_streams', 'home_news', "
    "'reset_intents', 'sign_in_counts') ORDER BY 1";

// A deed with all its places filled.
struct Prepared {
  Principal caller;
  std::string token;    // Of the caller; empty: none.
  std::string request;  // Bytes.
};

// The tables that are not what they were.
std::vector<std::string> Changed(const Rows& before, const Rows& after) {
  std::vector<std::string> changed;
  for (size_t i = 0; i < before.size(); ++i) {
    if (after.at(i) != before[i]) changed.push_back(before[i][0]);
  }
  return changed;
}

std::string NameOf(const MethodDescriptor* method) {
  return absl::StrCat(method->service()->name(), ".", method->name());
}

// Each person or row of the call has events of its own.
bool IsOfMany(const MethodDescriptor* method) {
  return method->client_streaming() || method->name() == "BatchResetPasswords";
}

class AuditSweepTest : public ServerFixture {
 protected:
  AuditSweepTest() {
    config.event_issuer = "https://hearth.example";
    Start();
    for (const char* directory : {kForth, kContoso}) {
      Sql(absl::StrCat(
          "INSERT INTO hearth.reset_policies (directory_id, policy) VALUES ('", directory,
          "', '{\"self_service\": \"SELF_SERVICE_ALL\", \"link_base_uri\":"
          " \"https://account.example/reset\"}');"
          "INSERT INTO hearth.service_accounts (directory_id, service_account_id, display_name, permissions)"
          " VALUES ('",
          directory, "', 'poller', 'Who polls', '{events.watch}')"));
    }
  }

  void MayRecord(bool may) {
    Sql(absl::StrCat(may ? "GRANT INSERT ON hearth.audit_events TO " : "REVOKE INSERT ON hearth.audit_events FROM ",
                     kAppRole));
  }

  template <class Service, class Request, class Response>
  Response Do(const Principal& caller, grpc::Status (Service::*method)(grpc::ClientContext*, const Request&, Response*),
              const Request& request) {
    Response response;
    EXPECT_THAT(Call(caller, method, request, &response), IsOk()) << request.ShortDebugString();
    return response;
  }

  // Writes something into Forth Coffee's log, and waits until it is sealed.
  void BeginLog() {
    v1::RevokeSessionsRequest request;
    request.set_name("directories/forthcoffee/users/user1");
    Do(ForthAdmin(), &Reset::RevokeSessions, request);
    const absl::Time until = absl::Now() + absl::Seconds(20);
    while (Sql("SELECT 1 FROM hearth.audit_heads WHERE directory_id = 'forthcoffee'").empty() && absl::Now() < until) {
      absl::SleepFor(absl::Milliseconds(10));
    }
  }

  // What must be there before the call can be made.
  using Made = std::vector<std::pair<std::string, std::string>>;
  void MakePassword(const std::string& directory, const std::string& user) {
    v1::ResetPasswordRequest request;
    request.set_name(absl::StrCat("directories/", directory, "/users/", user));
    request.set_given(kPassword);
    request.set_require_change_at_next_sign_in(false);
    Do(Admin(directory, v1::ROLE_GLOBAL_ADMINISTRATOR), &Reset::ResetPassword, request);
  }
  Made MakeInvitation(const std::string& directory, const std::string& user, const std::string& address) {
    v1::InviteGuestUserRequest request;
    request.set_parent("directories/" + directory);
    request.set_user_id(user);
    request.set_address(address);
    const auto invited = Do(Admin(directory, v1::ROLE_GLOBAL_ADMINISTRATOR), &Guest::InviteGuestUser, request);
    return {{"{token}", invited.invitation_token()}};
  }
  void AwaitRelay() {
    while (!Sql("SELECT 1 FROM hearth.reset_intents WHERE done_time IS NULL").empty()) {
      absl::SleepFor(absl::Milliseconds(10));
    }
  }
  Made MakeProof(const std::string& directory, const std::string& identifier) {
    v1::RequestResetRequest request;
    request.set_identifier(identifier);
    const auto asked = Do(Principal{directory, "backend"}, &Requests::RequestReset, request);
    AwaitRelay();
    const auto mail = OpenMails({Sql(kWaitingMails).back()}, keyring()).back();  // Some others nobody can open.
    const std::string& link = mail.values.at("link");
    return {
        {"{handle}", asked.handle()}, {"{code}", mail.values.at("code")}, {"{token}", link.substr(link.find('#') + 1)}};
  }
  Made MakeFor(const MethodDescriptor* method, const std::string& directory, const std::string& n) {
    const std::string name = NameOf(method);
    if (name == "DirectoryService.BootstrapPlatform") {
      Database owner({.conninfo = owner_conninfo(), .connections = 1});
      return {
          {"{token}", MakeBootstrapToken(owner, keyring(), absl::Hours(1), absl::Now() + absl::Seconds(20)).value()}};
    }
    if (name == "GuestUserService.RedeemInvitation") {
      return MakeInvitation(directory, n, absl::StrCat("h-", n, "@", DomainOf(OtherOf(directory))));
    }
    const std::string& request = Deeds().at(name).request;
    if (absl::StrContains(request, "{password}")) MakePassword(directory, "u-" + n);
    if (absl::StrContains(request, "{handle}") || absl::StrContains(request, "{token}")) {
      return MakeProof(directory, absl::StrCat("u-", n, "@", DomainOf(directory)));
    }
    return {};
  }

  // Arranges the deed in the directory, about a member of it or about a guest.
  Prepared Prepare(const MethodDescriptor* method, const std::string& directory, bool of_guest) {
    const Deed& deed = Deeds().at(NameOf(method));
    const std::string n = absl::StrCat("x", ++deeds_);
    const std::string other = OtherOf(directory);
    Made places = {{"{d}", directory},
                   {"{o}", other},
                   {"{D}", DomainOf(directory)},
                   {"{O}", DomainOf(other)},
                   {"{n}", n},
                   {"{g}", "g-" + n},
                   {"{p}", "p-" + n},
                   {"{m}", "m-" + n},
                   {"{h}", "h-" + n},
                   {"{i}", NewUuid4()},
                   {"{jwks}", KeySetOf(kForth)},
                   {"{password}", kPassword},
                   {"{u}", (of_guest ? "g-" : "u-") + n}};
    Sql(absl::StrReplaceAll(absl::StrCat(kPeople, ";", deed.arrange), places));
    if (!of_guest || NameOf(method) == "GuestUserService.RedeemInvitation") {
      for (const auto& place : MakeFor(method, directory, n)) places.push_back(place);
    }
    Prepared call;
    const std::vector<std::string> caller = absl::StrSplit(absl::StrReplaceAll(deed.caller, places), '/');
    call.caller = CallerOf(method);
    if (call.caller.directory == kForth) call.caller.directory = directory;
    if (!deed.caller.empty()) call.caller = {caller[0], caller[1]};
    if (PolicyOf(method).access() != v1::ACCESS_SINGLE_USE_TOKEN) call.token = TokenFor(call.caller);
    std::unique_ptr<google::protobuf::Message> request(
        google::protobuf::MessageFactory::generated_factory()->GetPrototype(method->input_type())->New());
    const std::string text = absl::StrReplaceAll(deed.request, places);
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, request.get())) << NameOf(method) << " " << text;
    call.request = request->SerializeAsString();
    return call;
  }
  RawAnswer Make(const MethodDescriptor* method, const Prepared& call) {
    return CallAny(Channel(), call.token, method, call.request);
  }

  // Of each event of a directory its id, action, verdict and reason.
  std::set<std::vector<std::string>> Events(const std::string& directory) {
    const Rows rows =
        Sql(absl::StrCat("SELECT event_id, action, verdict, reason FROM hearth.audit_events"
                         " WHERE directory_id = '",
                         directory, "'"));
    return {rows.begin(), rows.end()};
  }
  // Those that are not in `before`.
  std::set<std::vector<std::string>> EventsSince(const std::set<std::vector<std::string>>& before,
                                                 const std::string& directory) {
    std::set<std::vector<std::string>> since;
    for (const auto& event : Events(directory)) {
      if (before.count(event) == 0) since.insert(event);
    }
    return since;
  }

  int deeds_ = 0;
};

// A method that says in its policy that only refusals of authority are recorded leaves nothing behind when it is none; every other one is in Deeds.
// RequestReset has an answer of its own before anything happens: below.
bool IsRecordedAtOnce(const MethodDescriptor* method) {
  const v1::MethodPolicy& policy = PolicyOf(method);
  return !policy.audit_refusals_only() && policy.work_class() != v1::WORK_CLASS_INTAKE;
}

TEST_F(AuditSweepTest, WhatCannotBeRecordedDoesNotHappenAndElseIsRecordedUnderTheIdThatTheCallerGets) {
  BeginLog();
  int methods = 0;
  for (const MethodDescriptor* method : AllMethods(environment().table())) {
    if (!IsRecordedAtOnce(method)) continue;
    const std::string name = NameOf(method);
    SCOPED_TRACE(name);
    ASSERT_EQ(Deeds().count(name), 1u) << "a method that is recorded needs a line in deeds.cc";
    ++methods;
    const Prepared call = Prepare(method, kForth, /*of_guest=*/false);
    MayRecord(false);
    const Rows before = Sql(kState);
    const RawAnswer failed = Make(method, call);
    EXPECT_THAT(Changed(before, Sql(kState)), testing::IsEmpty());
    EXPECT_THAT(FromGrpc(failed.status), HasReason(v1::ERROR_REASON_INTERNAL));
    EXPECT_EQ(failed.responses, 0) << "nothing is told, either";
    EXPECT_EQ(failed.call_id.size(), 36u);
    MayRecord(true);

    const auto events = Events(call.caller.directory);
    const RawAnswer answer = Make(method, call);
    EXPECT_THAT(FromGrpc(answer.status), IsOk()) << "else the failure above proves nothing";
    const auto made = EventsSince(events, call.caller.directory);
    ASSERT_EQ(made.size(), 1u);
    EXPECT_EQ((*made.begin())[1], PolicyOf(method).audit_action());
    EXPECT_EQ((*made.begin())[2], "allowed");
    const bool left_open = name == "AuditService.WatchEvents";  // The id comes with the end.
    if (!IsOfMany(method) && !left_open) {
      EXPECT_EQ((*made.begin())[0], answer.call_id);
    }
  }
  EXPECT_GT(methods, 70);
}

TEST_F(AuditSweepTest, ReadsThatAreNotRecordedAnswerAllTheSame) {
  int methods = 0;
  MayRecord(false);
  for (const MethodDescriptor* method : AllMethods(environment().table())) {
    if (!PolicyOf(method).audit_refusals_only()) continue;
    SCOPED_TRACE(NameOf(method));
    EXPECT_EQ(Deeds().count(NameOf(method)), 0u);
    const RawAnswer answer =
        CallAny(Channel(), TokenFor(CallerOf(method)), method, ValidRequest(method)->SerializeAsString());
    EXPECT_THAT(FromGrpc(answer.status), testing::Not(HasReason(v1::ERROR_REASON_INTERNAL)));
    EXPECT_EQ(answer.call_id.size(), 36u);
    ++methods;
  }
  EXPECT_GT(methods, 30);
}

// The answer is the same for everybody, and says nothing of what follows; what follows is recorded or does not happen.
TEST_F(AuditSweepTest, AResetThatIsAskedForWaitsUntilItCanBeRecorded) {
  const auto* method = v1::RequestResetRequest::descriptor()
                           ->file()
                           ->FindServiceByName("RequestResetService")
                           ->FindMethodByName("RequestReset");
  ASSERT_EQ(PolicyOf(method).work_class(), v1::WORK_CLASS_INTAKE);
  const Prepared call = Prepare(method, kForth, /*of_guest=*/false);
  MayRecord(false);
  const std::string effects =
      "SELECT (SELECT count(*) FROM hearth.mails), (SELECT count(*) FROM hearth.reset_tokens),"
      " (SELECT count(*) FROM hearth.reset_requests), (SELECT count(*) FROM hearth.reset_limits)";
  const Rows before = Sql(effects);
  const RawAnswer answer = Make(method, call);
  EXPECT_THAT(FromGrpc(answer.status), IsOk());
  const absl::Time until = absl::Now() + absl::Seconds(20);
  while (Sql("SELECT 1 FROM hearth.reset_intents WHERE attempts > 0").empty() && absl::Now() < until) {
    absl::SleepFor(absl::Milliseconds(10));
  }
  absl::SleepFor(absl::Milliseconds(200));  // The relay's attempt.
  EXPECT_EQ(Sql(effects), before);
  EXPECT_EQ(Sql("SELECT count(*) FROM hearth.reset_intents WHERE done_time IS NULL"), Rows{{"1"}});
  MayRecord(true);
  Sql("UPDATE hearth.reset_intents SET due_time = now()");
  AwaitRelay();
  EXPECT_EQ(Events(kForth), (std::set<std::vector<std::string>>{{answer.call_id, "reset.request", "allowed", ""}}));
}

// By Contoso, about guests from Forth Coffee, and the other way round about Contoso's person who travels.
TEST_F(AuditSweepTest, WhatIsDoneAboutAGuestIsRecordedAtHomeToo) {
  int done = 0, refused = 0;
  for (const MethodDescriptor* method : AllMethods(environment().table())) {
    if (!IsRecordedAtOnce(method)) continue;
    const Deed& deed = Deeds().at(NameOf(method));
    const std::string all = deed.request + deed.arrange + deed.caller;
    bool about_guest = false;
    for (const char* place : {"{u}", "{g}", "{p}", "{m}", "{h}"}) about_guest |= absl::StrContains(all, place);
    if (!about_guest) continue;
    SCOPED_TRACE(NameOf(method));
    const Prepared call = Prepare(method, kContoso, /*of_guest=*/true);
    const auto home = Events(kForth), away = Events(kContoso);
    const RawAnswer answer = Make(method, call);
    const auto made_home = EventsSince(home, kForth), made_away = EventsSince(away, kContoso);
    EXPECT_EQ(made_home, made_away) << answer.status.error_message();
    ASSERT_EQ(made_away.size(), 1u) << answer.status.error_message();
    const std::string verdict = (*made_away.begin())[2];
    if (verdict == "allowed") {
      ++done;
      EXPECT_THAT(FromGrpc(answer.status), IsOk());
    } else {
      ++refused;
      // To a sign-in service all passwords that are not right are the same.
      EXPECT_THAT((*made_away.begin())[3], testing::AnyOf("NOT_HOME_DIRECTORY", "PASSWORD_NOT_ACCEPTED"));
    }
  }
  EXPECT_GE(done, 20);
  EXPECT_GE(refused, 5);
}

}  // namespace
}  // namespace hearth::test
