// New passwords and a list of breached ones that is asked online: a web server we did not write, with certificates that openssl made.
#include <stdio.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "server/base/ids.h"
#include "server/credential/breach_builder.h"
#include "server/credential/breach_filter.h"
#include "tests/rpc/password_fixture.h"
#include "tests/support/certificates.h"
#include "tests/support/status_matchers.h"

namespace hearth::test {
namespace {

using testing::Contains;
using testing::HasSubstr;

constexpr absl::Duration kPatience = absl::Seconds(30);
// By `printf '%s' "$password" | sha1sum`.
constexpr char kBreached[] = "a phrase that everybody has seen";
constexpr char kPrefix[] = "57466";
constexpr char kSuffix[] = "86B958989207577F8FC93129141575210B0";
constexpr char kOffline[] = "a phrase that is in the filter";
constexpr char kGood[] = "a sentence that I chose myself";

class BreachedRangeTest : public PasswordFixture {
 protected:
  BreachedRangeTest() {
    Stop();
    files_.MakeSelfSigned("web");
    files_.MakeAuthority("other");
    Publish(absl::StrCat(kSuffix, ":3\r\n"));
    const char* source = std::getenv("HEARTH_SOURCE_DIR");
    web_ = popen(
        absl::StrCat("python3 '", source == nullptr ? "." : source, "/tests/support/key_server.py' ", files_.Path(""))
            .c_str(),
        "w");
    const absl::Time deadline = absl::Now() + kPatience;
    while (files_.Read("port").empty() && absl::Now() < deadline) absl::SleepFor(absl::Milliseconds(10));
    EXPECT_TRUE(
        BuildBreachFilter(files_.Path("filter"), [](const auto& each) { return each(BreachKeyOf(kOffline)); }).ok());
    config.breached_passwords = files_.Path("filter");
    config.breached_range.ca_file = files_.Path("web.pem");
    config.breached_range.allow_private = true;
    config.breached_range_uri = Uri("/range/");
  }
  ~BreachedRangeTest() override {
    Stop();
    pclose(web_);
  }

  std::string Uri(const std::string& path) { return absl::StrCat("https://localhost:", files_.Read("port"), path); }
  // What the list answers from now on.
  void Publish(const std::string& lines) { std::ofstream(files_.Path("range")) << lines; }
  std::string Requests() { return files_.Read("requests"); }
  double Counted(const std::string& outcome) {
    double sum = 0;
    for (const auto& family : environment().metrics().registry()->Collect()) {
      if (family.name != "hearth_breached_range_lookups_total") continue;
      for (const auto& metric : family.metric) {
        if (metric.label[0].value == outcome) sum += metric.counter.value;
      }
    }
    return sum;
  }
  absl::Status GiveIt(const std::string& password, const std::string& request_id = "") {
    auto request = ResetOf(kUser1);
    request.set_given(password);
    request.set_require_change_at_next_sign_in(false);
    request.set_request_id(request_id);
    return DoReset(request);
  }
  // The verdict of CheckPassword on breaches.
  bool IsBreached(const std::string& password) {
    v1::CheckPasswordRequest request;
    v1::CheckPasswordResponse response;
    request.set_password(password);
    EXPECT_THAT(Call(kBackend, &Passwords::CheckPassword, request, &response), IsOk());
    for (const auto& verdict : response.verdicts()) {
      if (verdict.rule() == v1::PASSWORD_RULE_BREACHED) return !verdict.passed();
    }
    return false;
  }
  // Without the list all goes on, by the verdict of the filter.
  void ExpectTheFilterAlone(const std::string& outcome) {
    EXPECT_THAT(GiveIt(kBreached), IsOk());
    EXPECT_THAT(GiveIt(kOffline), Refuses(v1::ERROR_REASON_PASSWORD_POLICY, "rule", "BREACHED"));
    EXPECT_FALSE(IsBreached(kBreached));
    EXPECT_TRUE(IsBreached(kOffline));
    EXPECT_EQ(Counted(outcome), 2);
    EXPECT_EQ(Counted("breached") + Counted("absent"), 0);
  }

  CertificateFolder files_;
  FILE* web_;
};

TEST_F(BreachedRangeTest, WhatTheListKnowsNobodyCanChoose) {
  Start();
  EXPECT_THAT(GiveIt(kBreached), Refuses(v1::ERROR_REASON_PASSWORD_POLICY, "rule", "BREACHED"));
  EXPECT_EQ(VersionOf("user1"), "0");
  EXPECT_TRUE(IsBreached(kBreached));
  ASSERT_THAT(GiveIt(kGood), IsOk());
  EXPECT_FALSE(IsBreached(kGood));
  EXPECT_THAT(Change(kUser1, kGood, kBreached), Refuses(v1::ERROR_REASON_PASSWORD_POLICY, "rule", "BREACHED"));
  EXPECT_EQ(VersionOf("user1"), "1");
  EXPECT_EQ(Counted("breached"), 3);
  EXPECT_EQ(Counted("absent"), 2);
}

TEST_F(BreachedRangeTest, NothingButFiveDigitsOfADigestIsSentAndNothingOfWhatIsRefusedAnyway) {
  Start();
  EXPECT_THAT(GiveIt("too short"), Refuses(v1::ERROR_REASON_PASSWORD_POLICY, "rule", "TOO_SHORT"));
  EXPECT_THAT(GiveIt(kOffline), Refuses(v1::ERROR_REASON_PASSWORD_POLICY, "rule", "BREACHED"));
  EXPECT_THAT(DoReset(ResetOf(kUser1)), IsOk()) << "a generated one";
  EXPECT_EQ(Requests(), "");
  EXPECT_FALSE(GiveIt(kBreached).ok());
  EXPECT_EQ(Requests(), absl::StrCat("padded /range/", kPrefix, "\n"));
  EXPECT_TRUE(IsBreached(kBreached));
  EXPECT_EQ(Requests(), absl::StrCat("padded /range/", kPrefix, "\n")) << "the answer is remembered";
}

TEST_F(BreachedRangeTest, PaddingIsNoPassword) {
  Publish(absl::StrCat(kSuffix, ":0\r\n"));
  Start();
  EXPECT_THAT(GiveIt(kBreached), IsOk());
  EXPECT_EQ(Counted("absent"), 1);
}

TEST_F(BreachedRangeTest, TheFilterStandsWhenTheListIsDown) {
  config.breached_range_uri = "https://localhost:1/range/";
  Start();
  ExpectTheFilterAlone("failed");
}

TEST_F(BreachedRangeTest, TheFilterStandsWhenTheListIsSlow) {
  config.breached_range_uri = Uri("/slow/");
  config.breached_range.timeout = absl::Milliseconds(300);
  Start();
  const absl::Time begin = absl::Now();
  ExpectTheFilterAlone("failed");
  EXPECT_LT(absl::Now() - begin, absl::Seconds(5));
}

TEST_F(BreachedRangeTest, TheFilterStandsWhenTheListIsAnothers) {
  config.breached_range.ca_file = files_.Path("other.pem");
  Start();
  ExpectTheFilterAlone("failed");
  EXPECT_EQ(Requests(), "") << "nothing was sent";
}

TEST_F(BreachedRangeTest, NoListIsAskedInTheServersOwnNetwork) {
  config.breached_range.allow_private = false;
  Start();
  ExpectTheFilterAlone("failed");
  EXPECT_EQ(Requests(), "");
}

TEST_F(BreachedRangeTest, TheFilterStandsWhenTheAnswerIsNone) {
  Publish("<html>Sign in to the network</html>");
  Start();
  ExpectTheFilterAlone("failed");
  Stop();
  config.breached_range_uri = Uri("/missing/");
  Start();
  ExpectTheFilterAlone("failed");
}

TEST_F(BreachedRangeTest, AListThatIsAskedOnlineNeedsNoFilter) {
  config.breached_passwords = "";
  Start();
  EXPECT_THAT(GiveIt(kBreached), Refuses(v1::ERROR_REASON_PASSWORD_POLICY, "rule", "BREACHED"));
  EXPECT_THAT(GiveIt(kOffline), IsOk());
}

TEST_F(BreachedRangeTest, WhatWasDoneWhileTheListWasDownIsAnsweredTheSameAfterwards) {
  const std::string id = NewUuid4(), good = config.breached_range_uri;
  config.breached_range_uri = "https://localhost:1/range/";
  Start();
  ASSERT_THAT(GiveIt(kBreached, id), IsOk());
  const std::string version = response_.SerializeAsString();
  Stop();
  config.breached_range_uri = good;
  Start();
  EXPECT_THAT(GiveIt(kBreached, id), IsOk());
  EXPECT_EQ(response_.SerializeAsString(), version);
  EXPECT_THAT(GiveIt(kBreached), Refuses(v1::ERROR_REASON_PASSWORD_POLICY, "rule", "BREACHED"));
}

TEST_F(BreachedRangeTest, AnAddressThatIsNoneIsADefect) {
  for (const char* uri : {"http://localhost/range/", "https://localhost/range", "https://localhost/?range=/",
                          "https://a:b@localhost/range/", "localhost"}) {
    config.breached_range_uri = uri;
    EXPECT_THAT(ConfigDefects(config), Contains(HasSubstr("--breached-range-uri must be"))) << uri;
  }
  config.breached_range_uri = "";
  EXPECT_THAT(ConfigDefects(config), Contains(HasSubstr("need --breached-range-uri")));
}

}  // namespace
}  // namespace hearth::test
