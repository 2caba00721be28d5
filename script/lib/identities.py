"""Prints the addresses of a running demonstration and whom one may sign in as.

usage: identities.py DIR/identities.json ORIGIN"""
import json
import sys

SHOWN = {"citizen", "convicted", "expunged", "banned", "student", "digital", "poor", "elderly"}


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        demo = json.load(file)
    origin = sys.argv[2]
    print(f"""
  {origin}/            the platform
  {origin}/check       anybody checks a certificate
  {origin}/healthz     is it well?

  password {demo['demo_password']}   passcode {demo['demo_passcode']}   deciders' signing PIN {demo['demo_signing_pin']}
""")
    print(f"  {'identity':24} {'PIN':14} {'name':24} role")
    for person in demo["identities"]:
        word = person["name"].split(".")[0]
        if word in SHOWN or (word in ("01", "46")):
            role = f"{person['role']} at {person['agency']}" if person.get("role") else "citizen"
            print(f"  {person['name']:24} {person['pin']:14} {person['full_name']:24} {role}")
    print("\n  Nobody in this country is real.\n")


main()
