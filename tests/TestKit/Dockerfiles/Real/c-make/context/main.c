void greet(const char *name);

int main(void)
{
    greet("library");
    return 0;
}
