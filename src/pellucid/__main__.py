"""`python -m pellucid` is the command `pellucid`."""

from pellucid.command import main

if __name__ == "__main__":
    main(prog_name="pellucid")
