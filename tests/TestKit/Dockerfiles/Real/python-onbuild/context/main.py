import os

print(os.environ["MODE"], open(".installed").read().strip())
