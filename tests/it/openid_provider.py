"""A real OpenID provider for the integration tests: canaille, with an SQLite database of its own.

    openid_provider.py --port N --folder FOLDER

Its input is one line, a list of {"subject": .., "number": ..}: the accounts. The number, where there is one, is the claim
preferred_username. Everybody's password is PASSWORD. Prints the port it listens on (N, or a free one when N is 0) as its
first line and serves 127.0.0.1 until its input ends. Accounts, sessions and signing keys are new at each start and lie in
FOLDER; keys.json there holds the keys as PEM by algorithm, so that a test can say something in the provider's name.
"""

import argparse
import json
import logging
import os
import pathlib
import socket
import sys
import threading

import sqlalchemy
from canaille import create_app
from canaille.app import models
from canaille.backends import Backend
from joserfc.jwk import ECKey, RSAKey
from werkzeug.serving import WSGIRequestHandler, make_server

PASSWORD = "sandi penyedia identitas"
CALLBACK = "http://netral.test/v1/single-sign-on/callback"


class Quiet(WSGIRequestHandler):
    """Logs nothing: the tests' output is for the tests."""

    def log_request(self, *_):
        pass


def pem(key):
    return key.as_pem(private=True).decode()


def accounts(listed):
    for account in listed:
        user = models.User(
            user_name=account["subject"],
            formatted_name="Petugas Uji",
            family_name="Uji",
            emails=[account["subject"] + "@sso.example"],
            employee_number=account.get("number"),
            password=PASSWORD,
        )
        Backend.instance.save(user)


def client(client_id, secret, algorithm):
    registered = models.Client(
        client_id=client_id,
        client_secret=secret,
        client_name="netral",
        # canaille asks nobody for consent to a client on this machine.
        client_uri="http://127.0.0.1",
        redirect_uris=[CALLBACK],
        grant_types=["authorization_code"],
        response_types=["code"],
        scope=["openid", "profile"],
        token_endpoint_auth_method="client_secret_basic",
        id_token_signed_response_alg=algorithm,
    )
    Backend.instance.save(registered)
    registered.audience = [registered]
    Backend.instance.save(registered)


def hasty(connection, _):
    """Nothing here needs to outlive a loss of power."""
    connection.execute("PRAGMA synchronous = OFF")


def end_with_input():
    """Whoever started us is gone when our input ends, however that came about."""
    sys.stdin.read()
    os._exit(0)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--folder", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", arguments.port))
    listening.listen(64)
    port = listening.getsockname()[1]

    rsa, ec = RSAKey.generate_key(2048, auto_kid=True), ECKey.generate_key("P-256", auto_kid=True)
    database = arguments.folder / "canaille.sqlite"
    database.unlink(missing_ok=True)
    sqlalchemy.event.listen(sqlalchemy.Engine, "connect", hasty)
    with open(arguments.folder / "keys.json", "w", encoding="utf-8") as file:
        keys = {"RS256": {"kid": rsa.kid, "pem": pem(rsa)}, "ES256": {"kid": ec.kid, "pem": pem(ec)}}
        json.dump(keys, file)
    logging.disable(logging.CRITICAL)
    application = create_app(
        {
            "SECRET_KEY": "only for tests",
            "SERVER_NAME": f"127.0.0.1:{port}",
            "PREFERRED_URL_SCHEME": "http",
            "CANAILLE": {"DATABASE": "sql", "JAVASCRIPT": False, "SMTP": None},
            "CANAILLE_SQL": {
                # Its own store for memory, DATABASE "memory", mixes up codes that wait at the same time.
                "DATABASE_URI": f"sqlite:///{database}",
                # Cheap on purpose: nobody is kept out here.
                "PASSWORD_HASH_PARAMS": {"pbkdf2_sha512__default_rounds": 1},
            },
            "CANAILLE_OIDC": {
                "ACTIVE_JWKS": [rsa.as_dict(private=True), ec.as_dict(private=True)],
                "USERINFO_MAPPING": {
                    "SUB": "{{ user.user_name }}",
                    "PREFERRED_USERNAME": "{{ user.employee_number or '' }}",
                    # Its access tokens have no id, and it fails at two alike: those of one account in one second.
                    "WEBSITE": "https://sso.example/{{ range(10 ** 12) | random }}",
                },
            },
        },
        env_file=None,
    )
    with application.app_context():
        accounts(json.loads(sys.stdin.readline()))
        # Both signatures that netral accepts, one each.
        client("netral", "rahasia: klien/satu", "RS256")
        client("netral-es", "rahasia: klien/dua", "ES256")
    server = make_server(
        "127.0.0.1", port, application, request_handler=Quiet, fd=listening.fileno()
    )
    print(port, flush=True)
    threading.Thread(target=end_with_input, daemon=True).start()
    server.serve_forever()


main()
