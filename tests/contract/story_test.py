"""The story that Hearth exists for, told by a client that knows the descriptor set and nothing else."""

import pathlib
import sys
import unittest
import uuid

import grpc

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / folder) for folder in ("support", "layering", "faults")]

# pylint: disable=wrong-import-position
import report
from caller import Caller, message_class, reason_of
from rig import CONTOSO, FORTH, Rig

RESET = "ResetPasswordService/ResetPassword"
CHECK = "ResetPasswordService/CheckResetPassword"
RESOLVE = "GuestUserService/ResolveHomeDirectory"
GUEST = "GuestUserService/GetGuestUser"
VERIFY = "CredentialService/VerifyPassword"
CHANGE = "CredentialService/ChangePassword"
USER1 = "user1@forthcoffee.com"
INITIAL = "correct horse battery staple"
OWN = "a sentence that nobody else knows"


def details_of(error, name):
    """The first detail of this type; None when the error has none."""
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            for detail in message_class("google.rpc.Status").FromString(value).details:
                if detail.type_url.endswith(name):
                    return message_class(name).FromString(detail.value)
    return None


class Story(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.rig = Rig(people=3)
        cls.addClassCleanup(cls.rig.close)
        cls.rig.start_server()
        cls.forth_admin = Caller(cls.rig, FORTH, "admin")
        cls.contoso_admin = Caller(cls.rig, CONTOSO, "admin")
        cls.sign_in = Caller(cls.rig, FORTH, "backend-0")
        cls.forth_admin.call(RESET, user_principal_name=USER1, given=INITIAL, require_change_at_next_sign_in=False)

    def refused(self, caller, method, code, reason, **fields):
        with self.assertRaises(grpc.RpcError) as caught:
            caller.call(method, **fields)
        self.assertEqual((caught.exception.code(), reason_of(caught.exception)), (code, reason))
        return caught.exception

    def test_a_foreign_administrator_is_refused_and_told_where_home_is(self):
        error = self.refused(self.contoso_admin, RESET, grpc.StatusCode.PERMISSION_DENIED, "NOT_HOME_DIRECTORY", user_principal_name=USER1)
        self.assertEqual(dict(details_of(error, "google.rpc.ErrorInfo").metadata), {"home_domain": "forthcoffee.com"})
        self.assertEqual(details_of(error, "google.rpc.Help").links[0].url, "https://help.forthcoffee.com")
        check = self.contoso_admin.call(CHECK, user_principal_name=USER1)
        self.assertFalse(check.allowed)
        self.assertEqual(check.home.domain, "forthcoffee.com")
        home = self.contoso_admin.call(RESOLVE, user_principal_name=USER1).home
        self.assertEqual((home.domain, home.help_uri), ("forthcoffee.com", "https://help.forthcoffee.com"))
        self.assertEqual(self.contoso_admin.call(GUEST, name="directories/contoso/users/guest1").guest_user.user_principal_name, USER1)

    def test_foreign_names_answer_the_same_existing_or_not(self):
        answers = set()
        for name in ("directories/forthcoffee/users/user1", "directories/forthcoffee/users/nobody", "directories/nowhere/users/user1"):
            error = self.refused(self.contoso_admin, RESET, grpc.StatusCode.PERMISSION_DENIED, "FOREIGN_DIRECTORY", name=name)
            answers.add((error.details(), str(details_of(error, "google.rpc.ErrorInfo"))))
        self.assertEqual(len(answers), 1)

    def test_the_home_administrator_resets_and_the_person_changes_it(self):
        request_id = str(uuid.uuid4())
        reset = self.forth_admin.call(RESET, name="directories/forthcoffee/users/user2", request_id=request_id)
        self.assertTrue(reset.change_required_at_next_sign_in)
        again = self.forth_admin.call(RESET, name="directories/forthcoffee/users/user2", request_id=request_id)
        self.assertEqual(again, reset)
        verified = self.sign_in.call(VERIFY, name=reset.name, password=reset.generated_password)
        self.assertTrue(verified.change_required)
        self.refused(self.sign_in, VERIFY, grpc.StatusCode.UNAUTHENTICATED, "PASSWORD_NOT_ACCEPTED", name=reset.name, password=INITIAL)
        self.sign_in.call(CHANGE, name=reset.name, current_password=reset.generated_password, new_password=OWN)
        self.assertFalse(self.sign_in.call(VERIFY, name=reset.name, password=OWN).change_required)
        self.refused(self.sign_in, VERIFY, grpc.StatusCode.UNAUTHENTICATED, "PASSWORD_NOT_ACCEPTED", name=reset.name,
                     password=reset.generated_password)

    def test_wrong_fields_are_named(self):
        error = self.refused(self.forth_admin, RESET, grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELDS", name="users/user1", request_id="1")
        fields = {violation.field for violation in details_of(error, "google.rpc.BadRequest").field_violations}
        self.assertEqual(fields, {"name", "request_id"})

    def test_no_plaintext_reaches_the_server(self):
        channel = grpc.insecure_channel(f"127.0.0.1:{self.rig.port}")
        with self.assertRaises(grpc.RpcError) as caught:
            channel.unary_unary("/grpc.health.v1.Health/Check")(b"", timeout=3)
        self.assertIn(caught.exception.code(), (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED))

    def test_reflection_is_off_unless_asked_for(self):
        call = self.forth_admin.channel.stream_stream("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo")
        with self.assertRaises(grpc.RpcError) as caught:
            list(call(iter([b""]), timeout=5))
        self.assertEqual(caught.exception.code(), grpc.StatusCode.UNIMPLEMENTED)


if __name__ == "__main__":
    report.main()
