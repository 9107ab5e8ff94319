"""What the tests of all services share: real servers on loopback, clients and fakes. It imports no service."""
