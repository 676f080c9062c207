// Callers with certificates, which openssl made.
#include <atomic>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/support/certificates.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_server.h"

namespace hearth::test {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(20);
constexpr char kBackend[] = "URI:spiffe://forthcoffee.com/backend";

class MutualTlsTest : public ServerFixture {
 protected:
  MutualTlsTest() {
    files_.MakeSelfSigned("server");
    files_.MakeAuthority("ca");
    config.insecure_plaintext = false;
    config.tls_certificate = files_.Path("server.pem");
    config.tls_key = files_.Path("server.key");
    config.tls_client_ca = files_.Path("ca.pem");
    Bind(kForth, "backend", "spiffe://forthcoffee.com/backend");
  }

  void Bind(const std::string& directory, const std::string& account, const std::string& identity) {
    Sql(absl::StrCat("INSERT INTO hearth.certificate_identities (directory_id, service_account_id, identity) VALUES ('",
                     directory, "', '", account, "', '", identity, "')"));
  }
  // A connection of its own that shows the certificate; empty: none.
  std::shared_ptr<grpc::Channel> Connect(const std::string& certificate) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return grpc::CreateCustomChannel(absl::StrCat("127.0.0.1:", port()), files_.Trusting("server", certificate),
                                     arguments);
  }
  // The whole status of a call that reads a person; `token`: empty for none.
  grpc::Status Read(const std::shared_ptr<grpc::Channel>& channel, const std::string& token = "",
                    const std::string& name = "directories/forthcoffee/users/user1") {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + kPatience));
    if (!token.empty()) context.AddMetadata("authorization", "Bearer " + token);
    v1::GetUserRequest request;
    v1::GetUserResponse response;
    request.set_name(name);
    Directories stub(channel);
    return stub.GetUser(&context, request, &response);
  }
  absl::Status ReadAs(const std::string& certificate, const std::string& token = "") {
    return FromGrpc(Read(Connect(certificate), token));
  }
  // A certificate of the authority, used at once.
  absl::Status ReadWith(const std::string& names, const std::string& token = "") {
    files_.Issue("ca", "client", names);
    return ReadAs("client", token);
  }

  CertificateFolder files_;
};

TEST_F(MutualTlsTest, ACertificateIsTheServiceAccountItIsBoundTo) {
  Start();
  EXPECT_THAT(ReadWith(kBackend), IsOk());
  Bind(kForth, "backend", "backend.forthcoffee.com");
  EXPECT_THAT(ReadWith("DNS:backend.forthcoffee.com"), IsOk());
  // It is that service account and no more: of one directory, with its own permissions.
  const auto channel = Connect("client");
  EXPECT_THAT(FromGrpc(Read(channel, "", "directories/contoso/users/user1")),
              HasReason(v1::ERROR_REASON_FOREIGN_DIRECTORY));
  Sql("UPDATE hearth.service_accounts SET permissions = '{passwords.verify}' WHERE directory_id = 'forthcoffee'");
  EXPECT_THAT(FromGrpc(Read(channel)), Refuses(v1::ERROR_REASON_PERMISSION_MISSING, "permission", "users.read"));
}

TEST_F(MutualTlsTest, StrangersDoNotGetPastTheHandshake) {
  files_.MakeAuthority("other");
  files_.Issue("other", "foreign", kBackend);
  files_.Issue("ca", "expired", kBackend, "clientAuth", "-startdate 20250101000000Z -enddate 20250102000000Z");
  files_.Issue("ca", "web-server", kBackend, "serverAuth");
  files_.MakeSelfSigned("self");
  Start();
  for (const char* certificate : {"", "foreign", "expired", "web-server", "self"}) {
    EXPECT_EQ(ReadAs(certificate, TokenFor(ForthAdmin())).code(), absl::StatusCode::kUnavailable) << certificate;
  }
  EXPECT_THAT(ReadWith(kBackend), IsOk()) << "the server lives";
}

TEST_F(MutualTlsTest, ACertificateThatNobodyOrMoreThanOneIsBoundToGetsTheUniformRefusal) {
  config.client_certificates = ClientCertificates::kOptional;
  Bind(kForth, "backend", "a.forthcoffee.com");
  Bind(kContoso, "backend", "b.contoso.com");
  Start();
  const grpc::Status nothing = Read(Connect(""));
  for (const char* names : {"URI:spiffe://forthcoffee.com/unknown", "DNS:unknown.forthcoffee.com", "",
                            "URI:spiffe://forthcoffee.com/backend,URI:spiffe://forthcoffee.com/other",
                            "URI:spiffe://forthcoffee.com/backend/", "URI:https://forthcoffee.com/backend",
                            "DNS:a.forthcoffee.com,DNS:b.contoso.com", "DNS:*.forthcoffee.com",
                            "email:backend@forthcoffee.com,IP:127.0.0.1"}) {
    files_.Issue("ca", "client", names);
    for (const std::string& token : {std::string(), TokenFor(ForthAdmin())}) {
      const grpc::Status status = Read(Connect("client"), token);
      EXPECT_THAT(FromGrpc(status), HasReason(v1::ERROR_REASON_CREDENTIALS_NOT_ACCEPTED)) << names;
      EXPECT_EQ(status.error_message(), nothing.error_message());
      EXPECT_EQ(status.error_details(), nothing.error_details());
    }
  }
  EXPECT_THAT(ReadAs("", TokenFor(ForthAdmin())), IsOk()) << "a token alone, as configured";
}

TEST_F(MutualTlsTest,
       AServiceAccountThatIsDisabledUnboundOrOfASuspendedDirectoryIsDeadOnTheNextCallOfTheSameConnection) {
  files_.Issue("ca", "client", kBackend);
  Start();
  const auto channel = Connect("client");
  ASSERT_TRUE(Read(channel).ok());
  const std::string person = TokenFor(ForthAdmin());
  ASSERT_TRUE(Read(channel, person).ok());
  for (const std::string change : {"UPDATE hearth.service_accounts SET disabled = $ WHERE directory_id = 'forthcoffee'",
                                   "UPDATE hearth.directories SET delete_time = CASE WHEN $ THEN now() END"
                                   " WHERE directory_id = 'forthcoffee'",
                                   "UPDATE hearth.directories SET suspend_time = CASE WHEN $ THEN now() END"
                                   " WHERE directory_id = 'forthcoffee'"}) {
    Sql(absl::StrReplaceAll(change, {{"$", "true"}}));
    EXPECT_THAT(FromGrpc(Read(channel)), HasReason(v1::ERROR_REASON_CALLER_NOT_ACTIVE)) << change;
    EXPECT_THAT(FromGrpc(Read(channel, person)), HasReason(v1::ERROR_REASON_CALLER_NOT_ACTIVE)) << change;
    Sql(absl::StrReplaceAll(change, {{"$", "false"}}));
    EXPECT_TRUE(Read(channel).ok()) << change;
  }
  Sql("DELETE FROM hearth.certificate_identities");
  EXPECT_THAT(FromGrpc(Read(channel)), HasReason(v1::ERROR_REASON_CREDENTIALS_NOT_ACCEPTED));
  EXPECT_THAT(FromGrpc(Read(channel, person)), HasReason(v1::ERROR_REASON_CREDENTIALS_NOT_ACCEPTED));
}

TEST_F(MutualTlsTest, AServiceActsForAPersonOfItsDirectoryAndTheAuditNamesBoth) {
  files_.Issue("ca", "client", kBackend);
  Start();
  v1::CreateRoleAssignmentRequest request;
  request.set_parent("directories/forthcoffee/users/user1");
  request.mutable_role_assignment()->set_role(v1::ROLE_DIRECTORY_READERS);
  const auto assign = [&](const std::string& token) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + kPatience));
    if (!token.empty()) context.AddMetadata("authorization", "Bearer " + token);
    v1::CreateRoleAssignmentResponse response;
    Directories stub(Connect("client"));
    return FromGrpc(stub.CreateRoleAssignment(&context, request, &response));
  };
  EXPECT_THAT(assign(""), Refuses(v1::ERROR_REASON_PERMISSION_MISSING, "permission", "roles.assign")) << "as itself";
  EXPECT_THAT(assign(TokenFor({kForth, "user1"})),
              Refuses(v1::ERROR_REASON_PERMISSION_MISSING, "permission", "roles.assign"))
      << "the person's permissions count";
  EXPECT_THAT(assign(TokenFor(ForthAdmin())), IsOk());
  EXPECT_THAT(Sql("SELECT actor, actor_kind, through_service, verdict FROM hearth.audit ORDER BY create_time"),
              testing::ElementsAre(testing::ElementsAre("backend", "service", "", "refused"),
                                   testing::ElementsAre("user1", "person", "backend", "refused"),
                                   testing::ElementsAre("global-administrator", "person", "backend", "allowed")));
}

TEST_F(MutualTlsTest, ACertificateAndATokenThatDoNotBelongTogetherAreRefused) {
  files_.Issue("ca", "client", kBackend);
  Sql("INSERT INTO hearth.service_accounts (directory_id, service_account_id, display_name, permissions)"
      " VALUES ('forthcoffee', 'second', 'Another', '{users.read}')");
  Start();
  const auto channel = Connect("client");
  EXPECT_TRUE(Read(channel, TokenFor({kForth, "backend"})).ok()) << "the same service twice";
  for (const std::string& token : {TokenFor(ContosoAdmin()), TokenFor({kContoso, "backend"}), TokenFor(Operator()),
                                   TokenFor({kForth, "second"}), std::string("garbage")}) {
    EXPECT_THAT(FromGrpc(Read(channel, token)), HasReason(v1::ERROR_REASON_CREDENTIALS_NOT_ACCEPTED));
  }
}

TEST_F(MutualTlsTest, ARevokedCertificateDoesNotGetPastTheHandshake) {
  files_.Issue("ca", "client", kBackend);
  files_.Issue("ca", "lost", kBackend);
  files_.Run(
      "mkdir crls && openssl ca -config ca.cnf -cert ca.pem -keyfile ca.key -revoke lost.pem &&"
      " openssl ca -config ca.cnf -cert ca.pem -keyfile ca.key -gencrl -crldays 2 -out crls/ca.pem && openssl rehash "
      "crls");
  config.tls_client_crls = files_.Path("crls");
  EXPECT_THAT(ConfigDefects(config), testing::Not(testing::Contains(testing::HasSubstr("tls"))));
  Start();
  EXPECT_THAT(ReadAs("client"), IsOk());
  EXPECT_EQ(ReadAs("lost").code(), absl::StatusCode::kUnavailable);
}

TEST_F(MutualTlsTest, CertificateKeyAndRootsAreReplacedUnderLoadWithoutAFailedCall) {
  files_.MakeAuthority("next-ca");
  files_.Issue("ca", "client", kBackend);
  files_.Issue("next-ca", "next-client", kBackend);
  files_.MakeSelfSigned("next");
  // As a deployment does it: one link is renamed, and all files are new. Clients trust both certificates beforehand.
  files_.Run(
      "mkdir one two && cp server.pem server.key ca.pem one && cp next.pem two/server.pem && cp next.key "
      "two/server.key &&"
      " cat ca.pem next-ca.pem >two/ca.pem && touch -d '1 hour ago' one/* && ln -s one live && cat next.pem "
      ">>server.pem");
  config.tls_certificate = files_.Path("live/server.pem");
  config.tls_key = files_.Path("live/server.key");
  config.tls_client_ca = files_.Path("live/ca.pem");
  Start();
  std::atomic<bool> done = false;
  std::atomic<int> calls = 0, failed = 0;
  const auto load = [&] {
    const auto lasting = Connect("client");
    while (!done) {
      for (const auto& channel : {lasting, Connect("client")}) {
        ++calls;
        if (!Read(channel).ok()) ++failed;
      }
    }
  };
  std::thread first(load), second(load);
  files_.Run("ln -s two live.new && mv -T live.new live");
  // The next authority's client is refused until the new roots are in use.
  const absl::Time deadline = absl::Now() + kPatience;
  absl::Status status;
  do {
    status = ReadAs("next-client");
  } while (!status.ok() && absl::Now() < deadline);
  EXPECT_THAT(status, IsOk());
  for (const int seen = calls; calls < seen + 20 && absl::Now() < deadline;) std::this_thread::yield();
  done = true;
  first.join();
  second.join();
  EXPECT_EQ(failed, 0) << "of " << calls;
  EXPECT_GT(calls, 20);
}

TEST_F(MutualTlsTest, OnlyWhoSaysSoGoesWithoutIt) {
  const auto asks = testing::Contains(testing::HasSubstr("--tls-client-certificates none"));
  config.tls_client_ca = "";
  for (const auto wanted : {ClientCertificates::kRequired, ClientCertificates::kOptional}) {
    config.client_certificates = wanted;
    EXPECT_THAT(ConfigDefects(config), asks);
  }
  config.client_certificates = ClientCertificates::kNone;
  EXPECT_THAT(ConfigDefects(config), testing::Not(asks));
  config.tls_client_ca = files_.Path("ca.pem");
  EXPECT_THAT(ConfigDefects(config), testing::Contains(testing::HasSubstr("of no use")));
  EXPECT_EQ(Config().client_certificates, ClientCertificates::kRequired);
  config.tls_client_ca = "";
  config.insecure_plaintext = true;
  config.client_certificates = ClientCertificates::kRequired;
  EXPECT_THAT(ConfigDefects(config), testing::Not(asks)) << "on loopback only";
}

TEST_F(MutualTlsTest, TheConfigurationSaysWhatIsWrongWithIt) {
  config.tls_client_ca = files_.Path("absent.pem");
  EXPECT_THAT(ConfigDefects(config), testing::Contains(testing::HasSubstr("--tls-client-ca")));
  config.tls_client_ca = "";
  config.tls_client_crls = files_.Path("");
  EXPECT_THAT(ConfigDefects(config), testing::Contains(testing::HasSubstr("--tls-client-crls")));
  config.tls_client_ca = files_.Path("ca.pem");
  config.insecure_plaintext = true;
  EXPECT_THAT(ConfigDefects(config), testing::Contains(testing::HasSubstr("--tls-client-ca")));
}

}  // namespace
}  // namespace hearth::test
