// Every string, enum, number and duration of every request, sent wrong in every way we know: INVALID_ARGUMENT that names the field, before
// anything is looked up, hashed or stored. Driven by the contract's descriptors, so that a new field is tested from its first day.
#include <algorithm>
#include <map>
#include <memory>
#include <random>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "google/protobuf/duration.pb.h"
#include "hearth/v1/credential_service.pb.h"
#include "hearth/v1/request_reset_service.pb.h"
#include "tests/rpc/bad_texts.h"
#include "tests/rpc/contract_calls.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_server.h"

namespace hearth::test {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;

class BadInputTest : public ServerFixture {
 protected:
  // What no refused request may change: everything but the audit.
  std::string Checksum() {
    std::string all;
    for (const auto& row :
         Sql("SELECT relname FROM pg_class WHERE relnamespace = 'hearth'::regnamespace AND relkind = 'r'"
             " AND relname NOT LIKE 'audit%' ORDER BY 1")) {
      all += Sql(absl::StrCat("SELECT coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM hearth.",
                              row[0], " t"))[0][0];
    }
    return all;
  }

  absl::Status Send(const MethodDescriptor* method, const std::string& bytes,
                    absl::Duration timeout = absl::Seconds(20)) {
    return FromGrpc(CallRaw(TokenOf(method), method, bytes, nullptr, timeout));
  }
  const std::string& TokenOf(const MethodDescriptor* method) {
    return tokens_.try_emplace(method, TokenFor(CallerOf(method))).first->second;
  }

  // The wrong fields that a refusal names. Of a stream each row is answered by itself, and names its fields from there.
  static std::vector<std::string> WrongFields(const absl::Status& status, const std::string& answer) {
    std::vector<std::string> fields;
    const auto add = [&fields](const google::rpc::BadRequest& wrong, const std::string& prefix) {
      for (const auto& violation : wrong.field_violations()) fields.push_back(prefix + violation.field());
    };
    if (ReasonOf(status) == v1::ERROR_REASON_INVALID_FIELDS) add(DetailOf<google::rpc::BadRequest>(status), "");
    v1::ImportCredentialsResponse report;
    if (status.ok()) report.ParseFromString(answer);
    for (int i = 0; i < report.refusals_size(); ++i) {
      for (const auto& detail : report.refusals(i).refusal().details()) {
        if (google::rpc::BadRequest wrong; detail.UnpackTo(&wrong)) add(wrong, absl::StrCat("rows[", i, "]."));
      }
    }
    return fields;
  }

  // The request is refused for this field and for no other.
  void ExpectRefused(const MethodDescriptor* method, const std::string& bytes, const std::string& field,
                     const std::string& what) {
    ++sent_;
    std::string answer;
    const absl::Status status = FromGrpc(CallRaw(TokenOf(method), method, bytes, &answer));
    const bool refused =
        status.code() == absl::StatusCode::kInvalidArgument || (method->client_streaming() && status.ok());
    const std::vector<std::string> fields = WrongFields(status, answer);
    if ((refused && fields == std::vector<std::string>{field}) || ++failures_ > 30) return;
    ADD_FAILURE() << method->full_name() << " " << field << " = " << testing::PrintToString(what.substr(0, 100)) << ": "
                  << status << " " << testing::PrintToString(fields);
  }

  template <class Body>
  void ForEachField(const Body& body) {
    for (const MethodDescriptor* method : AllMethods(environment().table())) {
      const std::string before = Checksum();
      for (const RequestField& field : FieldsOf(method->input_type())) body(method, field);
      EXPECT_EQ(Checksum(), before) << method->full_name();
    }
    EXPECT_LE(failures_, 30);
    EXPECT_GT(sent_, 0);
  }

  std::map<const MethodDescriptor*, std::string> tokens_;
  int sent_ = 0, failures_ = 0;
};

std::string PathOf(const RequestField& field) { return field.name + (field.field()->is_repeated() ? "[0]" : ""); }

bool IsNewPassword(const RequestField& field) { return field.rules.format() == v1::FORMAT_NEW_PASSWORD; }

// All strings but new passwords, which the rules for passwords refuse.
bool IsText(const RequestField& field) {
  return !IsNewPassword(field) && field.field()->cpp_type() == FieldDescriptor::CPPTYPE_STRING;
}

// The request with that text in the field, as bytes, since no message holds a text that is not UTF-8.
std::string WithText(const Message& request, const RequestField& field, const std::string& text) {
  const std::string mark(text.size(), 'Z');  // Which is in no other field.
  std::unique_ptr<Message> copy(request.New());
  copy->CopyFrom(request);
  SetText(field, mark, copy.get());
  const std::string bytes = copy->SerializeAsString();
  return mark.empty() ? bytes : absl::StrReplaceAll(bytes, {{mark, text}});
}

TEST_F(BadInputTest, NoWrongTextPasses) {
  Start();
  ForEachField([this](const MethodDescriptor* method, const RequestField& field) {
    if (!IsText(field)) return;
    for (const std::string& bad : BadTexts(field.rules.format())) {
      const auto request = ValidRequest(method);
      SetText(field, bad, request.get());
      ExpectRefused(method, request->SerializeAsString(), PathOf(field), bad);
    }
  });
  EXPECT_GT(sent_, 2000);
  // The refusals are in the audit, and nothing of the texts is, however long or odd they were.
  EXPECT_EQ(Sql("SELECT count(*) FROM hearth.audit WHERE length(target) > 400 OR length(target_principal_name) > 113"
                " OR target || target_principal_name !~ '^[ -~]*$'")[0][0],
            "0");
}

TEST_F(BadInputTest, NoTextThatIsNotUtf8Passes) {
  Start();
  const std::string marker = "marker-of-eleven";
  ForEachField([&](const MethodDescriptor* method, const RequestField& field) {
    if (!IsText(field)) return;
    const auto request = ValidRequest(method);
    SetText(field, marker, request.get());
    const std::string bytes = request->SerializeAsString();
    // A lone byte, a cut sequence, a surrogate, an overlong slash, beyond Unicode.
    for (const std::string bad : {"\xff", "\xc3", "\xed\xa0\x80", "\xc0\xaf", "\xf4\x90\x80\x80"}) {
      ExpectRefused(method, absl::StrReplaceAll(bytes, {{marker, bad + marker.substr(bad.size())}}), field.name, bad);
    }
  });
}

TEST_F(BadInputTest, NoRequiredFieldMayBeAbsent) {
  Start();
  ForEachField([this](const MethodDescriptor* method, const RequestField& field) {
    const bool nested_in_update = field.path.size() > 1 && method->name().starts_with("Update");
    if (!field.required || nested_in_update || IsNewPassword(field)) return;
    const auto request = ValidRequest(method);
    Message* holder = Holder(field, request.get());
    holder->GetReflection()->ClearField(holder, field.field());
    ExpectRefused(method, request->SerializeAsString(), field.name, "absent");
  });
  for (const MethodDescriptor* method : AllMethods(environment().table())) {
    for (int i = 0; i < method->input_type()->real_oneof_decl_count(); ++i) {
      const auto* oneof = method->input_type()->oneof_decl(i);
      if (!oneof->options().GetExtension(v1::required)) continue;
      const auto request = ValidRequest(method);
      request->GetReflection()->ClearOneof(request.get(), oneof);
      ExpectRefused(method, request->SerializeAsString(), oneof->name(), "absent");
      for (int f = 0; f < oneof->field_count(); ++f) {
        request->GetReflection()->SetString(request.get(), oneof->field(f), "");
        ExpectRefused(method, request->SerializeAsString(), oneof->field(f)->name(), "empty");
      }
    }
  }
}

TEST_F(BadInputTest, NoUnknownEnumValueNegativeSizeOrDurationOutOfBoundsPasses) {
  Start();
  ForEachField([this](const MethodDescriptor* method, const RequestField& field) {
    const auto request = ValidRequest(method);
    if (field.field()->cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
      for (const int value : {9999, -1}) {
        SetEnum(field, value, request.get());
        ExpectRefused(method, request->SerializeAsString(), PathOf(field), absl::StrCat(value));
      }
    } else if (field.name == "page_size") {
      for (const RequestField& other : FieldsOf(method->input_type())) {
        if (other.name == "page_token") SetText(other, "", request.get());
      }
      request->GetReflection()->SetInt32(request.get(), field.field(), -1);
      ExpectRefused(method, request->SerializeAsString(), field.name, "-1");
    } else if (field.rules.has_min_duration()) {
      auto* duration = static_cast<google::protobuf::Duration*>(
          Holder(field, request.get())->GetReflection()->MutableMessage(Holder(field, request.get()), field.field()));
      for (const auto& [seconds, nanos] :
           std::vector<std::pair<int64_t, int32_t>>{{field.rules.min_duration().seconds() - 1, 999'999'999},
                                                    {0, 0},
                                                    {-1, 0},
                                                    {field.rules.max_duration().seconds(), 1},
                                                    {field.rules.max_duration().seconds() + 1, 0},
                                                    {std::numeric_limits<int64_t>::max(), 0},
                                                    {std::numeric_limits<int64_t>::min(), -999'999'999}}) {
        duration->set_seconds(seconds);
        duration->set_nanos(nanos);
        ExpectRefused(method, request->SerializeAsString(), field.name, absl::StrCat(seconds, "s ", nanos));
      }
    }
  });
}

TEST_F(BadInputTest, BytesThatAreNoMessageAreRefusedAndDoNotHurt) {
  Start();
  std::mt19937 random(20240229);
  const std::string before = Checksum();
  for (const MethodDescriptor* method : AllMethods(environment().table())) {
    const auto fields = FieldsOf(method->input_type());
    const bool needs = method->input_type()->real_oneof_decl_count() > 0 ||
                       std::any_of(fields.begin(), fields.end(),
                                   [](const auto& field) { return field.required && !IsNewPassword(field); });
    for (int i = 0; i < 60; ++i) {
      std::string bytes(1 + random() % 200, '\0');
      for (char& byte : bytes) byte = static_cast<char>(random());
      const absl::Status status = Send(method, bytes);
      EXPECT_TRUE(status.code() == absl::StatusCode::kInvalidArgument || (!needs && status.ok()))
          << method->full_name() << " " << testing::PrintToString(bytes) << " " << status;
    }
  }
  EXPECT_EQ(Checksum(), before);
}

// One hash takes longer than the calls wait: whoever hashed first would be late instead of refused.
TEST_F(BadInputTest, NothingIsHashedForARequestThatIsWrong) {
  config.argon2 = {.memory_kib = 256 * 1024, .iterations = 8};
  config.hash_lanes = 1;
  Start();
  constexpr absl::Duration kHashNever = absl::Milliseconds(700);
  for (const MethodDescriptor* method : AllMethods(environment().table())) {
    if (PolicyOf(method).work_class() != v1::WORK_CLASS_HASH) continue;
    for (const RequestField& field : FieldsOf(method->input_type())) {
      if (!IsText(field)) continue;
      const auto request = ValidRequest(method);
      SetText(field, BadTexts(field.rules.format()).back(), request.get());
      EXPECT_THAT(Send(method, request->SerializeAsString(), kHashNever), ViolatesField(PathOf(field)))
          << method->full_name();
    }
  }
  v1::ResetPasswordRequest reset;
  reset.set_name("directories/forthcoffee/users/user1");
  reset.set_given("too short");
  EXPECT_THAT(Send(v1::ResetPasswordRequest::descriptor()->file()->service(0)->FindMethodByName("ResetPassword"),
                   reset.SerializeAsString(), kHashNever),
              Refuses(v1::ERROR_REASON_PASSWORD_POLICY, "rule", "TOO_SHORT"));
  v1::ChangePasswordRequest change;
  change.set_name("directories/forthcoffee/users/user1");
  change.set_current_password("whatever it is now");
  change.set_new_password("too short");
  EXPECT_THAT(Send(v1::ChangePasswordRequest::descriptor()->file()->service(0)->FindMethodByName("ChangePassword"),
                   change.SerializeAsString(), kHashNever),
              Refuses(v1::ERROR_REASON_PASSWORD_POLICY, "rule", "TOO_SHORT"));
}

// Each RPC that takes a new password refuses it by the name of the rule, in the same way, before anything is hashed or stored.
TEST_F(BadInputTest, NoNewPasswordOfWrongFormPasses) {
  config.argon2 = {.memory_kib = 256 * 1024, .iterations = 8};
  config.hash_lanes = 1;
  Start();
  constexpr absl::Duration kHashNever = absl::Milliseconds(700);
  v1::ResetPasswordRequest reset;
  reset.set_name("directories/forthcoffee/users/user1");
  reset.set_given("x");
  v1::ChangePasswordRequest change;
  change.set_name("directories/forthcoffee/users/user1");
  change.set_current_password("whatever it is now");
  change.set_new_password("x");
  v1::CompleteResetRequest complete;
  complete.set_reset_token(std::string(43, 'o'));
  complete.set_new_password("x");
  v1::CheckPasswordRequest check;
  check.set_password("x");
  const std::map<std::string, const Message*> requests = {
      {"ResetPassword", &reset}, {"ChangePassword", &change}, {"CompleteReset", &complete}, {"CheckPassword", &check}};
  const std::vector<std::pair<std::string, std::string>> bad = {{"", "EMPTY"},
                                                                {std::string(1, '\0'), "CONTROL_CHARACTER"},
                                                                {"a long phrase\nof two lines", "CONTROL_CHARACTER"},
                                                                {std::string(257, 'a'), "TOO_LONG"},
                                                                {std::string(64 * 1024, 'a'), "TOO_LONG"},
                                                                {"a long phrase \xc2\xad", "INVISIBLE_CHARACTER"},
                                                                {"a long phrase \xcd\xb8", "UNASSIGNED_CHARACTER"},
                                                                {"a long phrase \xee\x80\x80", "DISALLOWED_CHARACTER"},
                                                                {"a long phrase \xff", "NOT_UTF8"},
                                                                {"too short", "TOO_SHORT"}};
  const std::string before = Checksum();
  size_t methods = 0;
  for (const MethodDescriptor* method : AllMethods(environment().table())) {
    const auto fields = FieldsOf(method->input_type());
    const auto field = std::find_if(fields.begin(), fields.end(), IsNewPassword);
    if (field == fields.end() || method->server_streaming())
      continue;  // A batch answers each of its rows: batch_reset_test.
    ++methods;
    ASSERT_TRUE(requests.contains(std::string(method->name()))) << method->full_name();
    for (const auto& [password, rule] : bad) {
      const bool is_verdict = method->name() == "CheckPassword" && rule != "NOT_UTF8";
      const std::string bytes = WithText(*requests.at(std::string(method->name())), *field, password);
      std::string answer;
      const absl::Status status = FromGrpc(CallRaw(TokenFor(CallerOf(method)), method, bytes, &answer, kHashNever));
      if (!is_verdict) {
        EXPECT_THAT(status, Refuses(v1::ERROR_REASON_PASSWORD_POLICY, "rule", rule)) << method->full_name();
        continue;
      }
      v1::CheckPasswordResponse checked;
      ASSERT_THAT(status, IsOk());
      ASSERT_TRUE(checked.ParseFromString(answer));
      EXPECT_FALSE(checked.acceptable());
      const auto broken = std::find_if(checked.verdicts().begin(), checked.verdicts().end(),
                                       [](const auto& verdict) { return !verdict.passed(); });
      ASSERT_NE(broken, checked.verdicts().end());
      EXPECT_EQ(v1::PasswordRule_Name(broken->rule()), "PASSWORD_RULE_" + rule);
    }
  }
  EXPECT_EQ(methods, requests.size());
  EXPECT_EQ(Checksum(), before);
}

TEST_F(BadInputTest, TheBoundsOfASpanAreWrittenAsPeopleReadThem) {
  Start();
  v1::UpdatePasswordPolicyRequest request;
  v1::UpdatePasswordPolicyResponse response;
  request.mutable_password_policy()->set_name("directories/forthcoffee/passwordPolicy");
  request.mutable_password_policy()->mutable_max_age()->set_seconds(60);
  const auto details =
      DetailOf<google::rpc::BadRequest>(Call(ForthAdmin(), &Passwords::UpdatePasswordPolicy, request, &response));
  ASSERT_EQ(details.field_violations_size(), 1);
  EXPECT_EQ(details.field_violations(0).description(), "must be between 14 days and 730 days");
}

}  // namespace
}  // namespace hearth::test
