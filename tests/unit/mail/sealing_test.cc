#include "server/mail/sealing.h"

#include <stdlib.h>

#include <fstream>
#include <stdexcept>

#include "gmock/gmock.h"
#include "tests/support/sample_mail.h"

namespace hearth::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class SealingTest : public testing::Test {
 protected:
  SealingTest() {
    std::string folder = "/tmp/hearth-mail-XXXXXX";
    EXPECT_NE(mkdtemp(folder.data()), nullptr);
    path_ = folder + "/keys";
    EXPECT_TRUE(Keyring::Generate(path_).ok());
    keyring_ = Keyring::Load(path_).value();
  }
  ~SealingTest() override {
    unlink(path_.c_str());
    rmdir(path_.substr(0, path_.rfind('/')).c_str());
  }

  std::string Seal() { return SealValues(keyring_, "k1", binding_, mail_.values); }
  std::map<std::string, MailValue> Open(const std::string& sealed) {
    return OpenValues(keyring_, "k1", binding_, sealed);
  }

  std::string path_;
  Keyring keyring_;
  const Mail mail_ = SampleMail(v1::MAIL_TEMPLATE_RESET_LINK_AND_CODE);
  SealBinding binding_{"forthcoffee", "6f1c7b0e-7d1a-4b3e-9a55-0d9f2f6f8f10", "ada@roastery.example",
                       v1::MAIL_TEMPLATE_RESET_LINK_AND_CODE};
};

TEST_F(SealingTest, WhatWasSealedComesOutAgain) {
  const auto values = Open(Seal());
  EXPECT_EQ(values, mail_.values);
  for (const v1::MailTemplate kind : AllTemplates()) {
    binding_.kind = kind;
    const Mail mail = SampleMail(kind);
    EXPECT_EQ(Open(SealValues(keyring_, "k1", binding_, mail.values)), mail.values) << MailTemplateName(kind);
  }
}

TEST_F(SealingTest, ABoxShowsNothingAndNoTwoAreTheSame) {
  const std::string sealed = Seal();
  for (const std::string text : {"Ada", "account.forthcoffee.com", "4079"}) EXPECT_THAT(sealed, Not(HasSubstr(text)));
  EXPECT_NE(sealed, Seal());
}

TEST_F(SealingTest, ABoxOpensForItsOwnMailOnly) {
  const std::string sealed = Seal();
  const SealBinding right = binding_;
  const auto refuses = [&] { EXPECT_THROW(Open(sealed), std::runtime_error); };
  binding_.to = "mallory@roastery.example";
  refuses();
  binding_ = right;
  binding_.directory = "contoso";
  refuses();
  binding_ = right;
  binding_.mail[0] = '7';
  refuses();
  binding_ = right;
  binding_.kind = v1::MAIL_TEMPLATE_RESET_LINK;
  refuses();
  binding_ = right;
  EXPECT_NO_THROW(Open(sealed));
}

TEST_F(SealingTest, ADamagedBoxDoesNotOpen) {
  const std::string sealed = Seal();
  for (const size_t at : {size_t{0}, size_t{30}, sealed.size() - 1}) {
    std::string damaged = sealed;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    EXPECT_THROW(Open(damaged), std::runtime_error) << at;
  }
  EXPECT_THROW(Open(""), std::runtime_error);
  EXPECT_THROW(Open(sealed.substr(0, 40)), std::runtime_error);
}

TEST_F(SealingTest, ABoxOpensAfterTheKeysWereRotatedAndNotOnceItsKeyIsGone) {
  const std::string sealed = Seal();
  std::ifstream file(path_);
  const std::string old{std::istreambuf_iterator<char>(file), {}};
  std::ofstream(path_) << "k2 " << std::string(64, 'a') << "\n" << old;
  keyring_ = Keyring::Load(path_).value();
  ASSERT_EQ(keyring_.current(), "k2");
  EXPECT_EQ(Open(sealed), mail_.values);
  std::ofstream(path_) << "k2 " << std::string(64, 'a') << "\n";
  keyring_ = Keyring::Load(path_).value();
  EXPECT_THROW(Open(sealed), std::runtime_error);
}

}  // namespace
}  // namespace hearth::test
