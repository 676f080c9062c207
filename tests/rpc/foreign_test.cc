// What a caller learns of another directory: nothing. Every RPC that takes a resource name answers all names of other directories with the
// same bytes, existing or not, and the attempt is in the audit of both.
#include <google/protobuf/field_mask.pb.h>

#include <algorithm>
#include <map>
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "hearth/v1/credential_service.pb.h"
#include "server/rpc/message_plan.h"
#include "tests/rpc/contract_calls.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_server.h"

namespace hearth::test {
namespace {

using google::protobuf::MethodDescriptor;

// All that a refused caller can see.
struct Answer {
  grpc::StatusCode code;
  std::string message;
  std::string details;
  bool operator==(const Answer&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Answer& answer) {
  return out << answer.code << " " << answer.message << " " << testing::PrintToString(answer.details);
}

class ForeignTest : public ServerFixture {
 protected:
  ForeignTest() { Start(); }

  Answer Send(const MethodDescriptor* method, const std::string& bytes) {
    // Never the operator, to whom the methods of the platform are open.
    const bool by_admin = PolicyOf(method).access() == v1::ACCESS_PLATFORM;
    const grpc::Status status = CallRaw(TokenFor(by_admin ? ForthAdmin() : CallerOf(method)), method, bytes);
    return {status.error_code(), status.error_message(), status.error_details()};
  }

  // The events that this attempt left: those of the directory that the caller's audit does not have yet.
  std::vector<AuditRow> NewEvents(const std::string& directory) {
    std::vector<AuditRow> all = Audit(directory);
    std::vector<AuditRow> fresh(all.begin() + seen_[directory], all.end());
    seen_[directory] = all.size();
    return fresh;
  }

  std::map<std::string, size_t> seen_;
};

// Names of the form in Contoso: one that exists (in the world there is one of each kind), one that does not; and one in no directory.
std::vector<std::string> ForeignNames(v1::Format format) {
  const std::string existing =
      absl::StrReplaceAll(ValidText(format), {{"forthcoffee.com", "contoso.com"}, {"forthcoffee", "contoso"}});
  std::vector<std::string> names = {existing};
  if (format != v1::FORMAT_DIRECTORY_NAME && format != v1::FORMAT_GUEST_POLICY_NAME &&
      format != v1::FORMAT_RESET_POLICY_NAME) {
    names.push_back(absl::StrReplaceAll(existing, {{"users/user1", "users/nobody"},
                                                   {"contoso.com", "nowhere.com"},
                                                   {"Issuers/primary", "Issuers/other"},
                                                   {"Accounts/backend", "Accounts/other"},
                                                   {"Units/north", "Units/other"},
                                                   {"groups/baristas", "groups/other"},
                                                   {"Roles/auditor", "Roles/other"}}));
  }
  names.push_back(absl::StrReplaceAll(existing, {{"directories/contoso", "directories/nowhere"}}));
  names.push_back(absl::StrReplaceAll(existing, {{"directories/contoso", "directories/platform"}}));
  return names;
}

// Of many things that are asked at once each has an answer of its own: batch_reset_test.
bool IsResourceNameOf(const RequestField& field) {
  return IsResourceName(field.rules.format()) && !absl::StrContains(field.name, "[0]");
}

TEST_F(ForeignTest, EveryNameOfAnotherDirectoryGetsTheSameBytesAndIsAuditedInBoth) {
  int fields = 0;
  for (const MethodDescriptor* method : AllMethods(environment().table())) {
    for (const RequestField& field : FieldsOf(method->input_type())) {
      if (!IsResourceNameOf(field)) continue;
      ++fields;
      std::vector<Answer> answers;
      for (const std::string& name : ForeignNames(field.rules.format())) {
        const auto request = ValidRequest(method);
        SetText(field, name, request.get());
        NewEvents(kForth), NewEvents(kContoso);
        answers.push_back(Send(method, request->SerializeAsString()));
        EXPECT_EQ(answers.back(), answers.front()) << method->full_name() << " " << field.name << " " << name;
        EXPECT_EQ(answers.back().code, grpc::StatusCode::PERMISSION_DENIED)
            << method->full_name() << " " << field.name << " " << name;

        const std::string& action = PolicyOf(method).audit_action();
        const std::vector<AuditRow> own = NewEvents(kForth), foreign = NewEvents(kContoso);
        ASSERT_EQ(own.size(), 1u) << method->full_name() << " " << name;
        EXPECT_EQ(own[0].action, action);
        EXPECT_EQ(own[0].verdict, "refused");
        EXPECT_EQ(own[0].reason, "FOREIGN_DIRECTORY") << method->full_name() << " " << name;
        const bool concerns_contoso = name.find("directories/contoso") == 0;
        EXPECT_TRUE(foreign == (concerns_contoso ? own : std::vector<AuditRow>{}))
            << method->full_name() << " " << name;
      }
    }
  }
  EXPECT_GT(fields, 30);
}

TEST_F(ForeignTest, TheRefusalTellsNothingOfTheOtherDirectory) {
  for (const MethodDescriptor* method : AllMethods(environment().table())) {
    for (const RequestField& field : FieldsOf(method->input_type())) {
      if (!IsResourceNameOf(field) || field.path.size() > 1) continue;
      const auto request = ValidRequest(method);
      SetText(field, ForeignNames(field.rules.format())[0], request.get());
      const Answer answer = Send(method, request->SerializeAsString());
      const absl::Status status = FromGrpc({answer.code, answer.message, answer.details});
      EXPECT_THAT(status, HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY)) << method->full_name();
      EXPECT_EQ(answer.details.find("contoso"), std::string::npos) << method->full_name();
      EXPECT_EQ(DetailOf<google::rpc::ErrorInfo>(status).metadata_size(), 0) << method->full_name();
    }
  }
}

// Principal names that the directory does not list: of a person there is, of nobody, of a domain there is not.
TEST_F(ForeignTest, UnlistedPrincipalNamesOfOtherDomainsGetTheSameBytes) {
  int methods = 0;
  for (const MethodDescriptor* method : AllMethods(environment().table())) {
    for (const RequestField& field : FieldsOf(method->input_type())) {
      const bool is_target = field.name == "user_principal_name" && field.field()->real_containing_oneof() != nullptr;
      if (!is_target) continue;
      ++methods;
      std::vector<Answer> answers;
      for (const char* name : {"user2@contoso.com", "nobody@contoso.com", "USER2@CONTOSO.COM", "user2@contoso.net",
                               "user1@nowhere.example", "operator@platform.example", "user2@contoso.com.example"}) {
        const auto request = ValidRequest(method);
        SetText(field, name, request.get());
        answers.push_back(Send(method, request->SerializeAsString()));
        EXPECT_EQ(answers.back(), answers.front()) << method->full_name() << " " << name;
        EXPECT_NE(answers.back().code, grpc::StatusCode::OK);
      }
    }
  }
  EXPECT_GE(methods, 4);
}

TEST_F(ForeignTest, AResetByAnUnlistedPrincipalNameIsSeenByTheDirectoryThatOwnsTheDomain) {
  v1::ResetPasswordRequest request;
  v1::ResetPasswordResponse response;
  request.set_user_principal_name("User2@Contoso.Net");
  EXPECT_THAT(Call(ForthAdmin(), &Reset::ResetPassword, request, &response),
              HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
  const auto own = NewEvents(kForth), foreign = NewEvents(kContoso);
  ASSERT_EQ(own.size(), 1u);
  EXPECT_EQ(own, foreign);
  EXPECT_EQ(own[0],
            (AuditRow{"password.reset", "refused", "FOREIGN_DIRECTORY", "forthcoffee/global-administrator", ""}));
  EXPECT_EQ(Sql("SELECT target_principal_name FROM hearth.audit WHERE directory_id = 'contoso'")[0][0],
            "user2@contoso.net");
}

TEST_F(ForeignTest, AResetOfAListedGuestNamesTheHomeAndIsSeenThere) {
  for (const char* guest : {"visitor", "partner", "pending"}) {
    v1::ResetPasswordRequest request;
    v1::ResetPasswordResponse response;
    request.set_name(absl::StrCat("directories/contoso/users/", guest));
    const absl::Status status = Call(ContosoAdmin(), &Reset::ResetPassword, request, &response);
    EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied);
    EXPECT_THAT(status, Refuses(v1::ERROR_REASON_NOT_HOME_DIRECTORY, "home_domain", "forthcoffee.com")) << guest;
    EXPECT_EQ(DetailOf<google::rpc::Help>(status).links(0).url(), "https://help.forthcoffee.com");
    const auto own = NewEvents(kContoso), home = NewEvents(kForth);
    ASSERT_EQ(own.size(), 1u);
    EXPECT_EQ(own, home);
    EXPECT_EQ(own[0].reason, "NOT_HOME_DIRECTORY");
    EXPECT_EQ(own[0].actor, "contoso/global-administrator");
    EXPECT_EQ(Sql("SELECT count(*) FROM hearth.credentials")[0][0], "0");
  }
}

// Masks, tokens, filters and whatever else a request says beside a foreign name are not even looked at.
TEST_F(ForeignTest, WhatElseARequestSaysChangesNotOneByte) {
  int variations = 0;
  for (const MethodDescriptor* method : AllMethods(environment().table())) {
    const std::vector<RequestField> fields = FieldsOf(method->input_type());
    const auto named = std::find_if(fields.begin(), fields.end(), IsResourceNameOf);
    if (named == fields.end()) continue;
    const auto foreign = [&] {
      auto request = ValidRequest(method);
      SetText(*named, ForeignNames(named->rules.format())[0], request.get());
      return request;
    };
    const Answer plain = Send(method, foreign()->SerializeAsString());
    const auto expect_same = [&](const google::protobuf::Message& request, const std::string& what) {
      ++variations;
      EXPECT_EQ(Send(method, request.SerializeAsString()), plain) << method->full_name() << " " << what;
    };
    for (const RequestField& field : fields) {
      auto request = foreign();
      auto* holder = Holder(field, request.get());
      const auto* reflection = holder->GetReflection();
      // Another alternative of the same choice would take the name's place.
      const bool alternative = field.field()->real_containing_oneof() != nullptr &&
                               field.field()->real_containing_oneof() == named->field()->real_containing_oneof();
      if (alternative || field.field()->is_repeated()) continue;
      if (field.field()->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_STRING &&
          !IsResourceName(field.rules.format())) {
        SetText(field, "nonsense \x01", request.get());
      } else if (field.field()->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_INT32) {
        reflection->SetInt32(holder, field.field(), -1);
      } else if (auto* mask = dynamic_cast<google::protobuf::FieldMask*>(
                     field.field()->message_type() == nullptr ? nullptr
                                                              : reflection->MutableMessage(holder, field.field()))) {
        mask->add_paths("no.such.field");
      } else {
        continue;
      }
      expect_same(*request, field.name);
    }
  }
  EXPECT_GT(variations, 60);
}

// A page token of another directory is as good as one that somebody made up.
TEST_F(ForeignTest, ListsAndPageTokensOfOneDirectoryOpenNoOther) {
  int lists = 0;
  for (const MethodDescriptor* method : AllMethods(environment().table())) {
    const auto* token = method->input_type()->FindFieldByName("page_token");
    const auto* next = method->output_type()->FindFieldByName("next_page_token");
    if (token == nullptr || next == nullptr || PolicyOf(method).access() == v1::ACCESS_PLATFORM) continue;
    const auto of = [&](const std::string& directory, const std::string& page_token) {
      auto request = ValidRequest(method);
      for (const RequestField& field : FieldsOf(method->input_type())) {
        if (!IsResourceNameOf(field)) continue;
        SetText(field, absl::StrReplaceAll(ValidText(field.rules.format()), {{"forthcoffee", directory}}),
                request.get());
      }
      request->GetReflection()->SetInt32(request.get(), method->input_type()->FindFieldByName("page_size"), 1);
      request->GetReflection()->SetString(request.get(), token, page_token);
      return request->SerializeAsString();
    };
    std::string bytes;
    if (!CallRaw(TokenFor(ContosoAdmin()), method, of(kContoso, ""), &bytes).ok())
      continue;  // No list of administrators.
    std::unique_ptr<google::protobuf::Message> response(
        google::protobuf::MessageFactory::generated_factory()->GetPrototype(method->output_type())->New());
    ASSERT_TRUE(response->ParseFromString(bytes));
    const std::string foreign = response->GetReflection()->GetString(*response, next);
    if (foreign.empty()) continue;  // One page holds all that there is.
    ++lists;
    const Answer answer = Send(method, of(kForth, foreign));
    EXPECT_EQ(answer, Send(method, of(kForth, "bm90IGEgdG9rZW4gb2YgYW55Ym9keSBhdCBhbGw"))) << method->full_name();
    EXPECT_THAT(FromGrpc({answer.code, answer.message, answer.details}), HasReason(v1::ERROR_REASON_PAGE_TOKEN_INVALID))
        << method->full_name();
  }
  EXPECT_GE(lists, 3);
}

}  // namespace
}  // namespace hearth::test
