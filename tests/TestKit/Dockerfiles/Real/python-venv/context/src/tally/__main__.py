import sys
from . import count

print(sys.prefix, count(sys.argv[1:]))
