"""The signed file at the end: what a third party can check with nothing but it and a public key."""
