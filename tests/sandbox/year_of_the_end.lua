-- expect: exit 0, stdout "2147485547"
print(os.date("*t", 67768036191676799).year)
